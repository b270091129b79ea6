import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { hostReadySchema, type HostReady, type HostStart } from '@axtary/protocol';

import { REPOSITORY } from './folders.js';

const ENTRY = path.join(REPOSITORY, 'enforcement-host', 'apps', 'host', 'dist', 'main.js');

/** A real enforcement host process. */
export interface HostProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Its one line of output: ready, or why not. */
  readonly answer: HostReady | { ready: false; code: string; message: string };
  /** Its exit code, once it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends it with a signal and waits until it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

export interface HostProcessOptions {
  readonly state: string;
  readonly start?: Partial<HostStart>;
  readonly arguments?: readonly string[];
  /** In front of node, such as `strace -e inject=...`. */
  readonly under?: readonly string[];
}

export const ENROLMENT_CODE = 'enrolment-code-of-the-test';

export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const [command = '', ...rest] = [
    ...(options.under ?? []),
    process.execPath,
    ENTRY,
    '--state',
    options.state,
    ...(options.arguments ?? []),
  ];
  const child = spawn(command, rest, { stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify({ enrolmentCode: ENROLMENT_CODE, ...options.start })}\n`);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const line = await Promise.race([
    firstLine(child),
    exited.then(([code]) => {
      throw new Error(`the enforcement host ended with ${String(code)}: ${stderr}`);
    }),
  ]);
  const value: unknown = JSON.parse(line);
  const ready = hostReadySchema.safeParse(value);
  return {
    child,
    answer: ready.success ? ready.data : (value as { ready: false; code: string; message: string }),
    ended: exited.then(([code]) => code),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      else return child.exitCode;
      const [code] = await exited;
      return code;
    },
  };
}

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) return line;
  return new Promise(() => undefined);
}
