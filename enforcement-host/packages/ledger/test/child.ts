import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { isJsonObject, type JsonObject } from '@axtary/core';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));

/** Starts `writer.ts`: another process that writes to the ledger and says so line by line. */
export function startWriter(task: 'append' | 'fill', path: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', WRITER, task, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** What a writer says, one JSON object a line, until it ends. */
export async function* linesFrom(writer: ChildProcess): AsyncGenerator<JsonObject, void> {
  if (!writer.stdout) throw new TypeError('expected a writer with a pipe');
  for await (const line of createInterface({ input: writer.stdout })) {
    const said: unknown = JSON.parse(line);
    if (isJsonObject(said)) yield said;
  }
}

export async function firstLine(writer: ChildProcess): Promise<void> {
  if (writer.stdout) await once(writer.stdout, 'data');
}
