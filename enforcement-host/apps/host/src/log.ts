import { mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

import type { Clock } from '@axtary/core';
import pino from 'pino';

const MAX_BYTES = 5 * 1024 * 1024;

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly message: string;
}

/** Diagnostics only, never evidence. Callers pass what is safe to show: no payload, no credential. */
export interface Log {
  write(level: LogLine['level'], message: string): void;
  onLine(listener: (line: LogLine) => void): () => void;
}

/** Writes to a file, one JSON line each, and to listeners. The previous file is kept once. */
export function createLog(file: string, clock: Clock): Log {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  keepPrevious(file);
  const listeners = new Set<(line: LogLine) => void>();
  const logger = pino(
    { base: null, level: 'debug', timestamp: () => `,"time":"${clock.now().toISOString()}"` },
    pino.destination({ dest: file, mode: 0o600, sync: true }),
  );
  return {
    write(level, message) {
      logger[level](message);
      const line = { level, time: clock.now().toISOString(), message };
      for (const listener of listeners) listener(line);
    },
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function keepPrevious(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_BYTES) renameSync(file, `${file}.1`);
}
