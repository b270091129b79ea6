import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url));
// With a question mark where not every machine has a call of this name.
const RENAME = '?rename,?renameat,?renameat2';
const CALLS = `openat,fsync,?link,?linkat,${RENAME}`;

/** Runs with a folder of its own, which goes afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-durable-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the program, which does one thing with a file. */
export function startProgram(
  what: string,
  file: string,
  under: readonly string[] = [],
): ChildProcessByStdio<null, Readable, null> {
  const [command, ...args] = [...under, process.execPath, PROGRAM, what, file];
  return spawn(command, args, {
    // One thread for files, so that their order is the same in every run.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
}

/** All that the program says until it ends. It is killed where it has said so many lines. */
export async function linesOf(
  child: ChildProcessByStdio<null, Readable, null>,
  killAfter = Number.POSITIVE_INFINITY,
): Promise<readonly string[]> {
  const ended = once(child, 'close');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  await ended;
  return said.split('\n').slice(0, -1);
}

export function hasStrace(): boolean {
  return process.platform === 'linux' && spawnSync('strace', ['--version']).status === 0;
}

/** Where a fault is put: in one kind of call, on one path. */
export interface Fault {
  readonly call: 'openat' | 'write' | 'fsync' | 'close' | 'rename';
  readonly error: 'EIO' | 'ENOSPC';
  readonly at: string;
}

/** Runs the program with a fault in the first such call. @returns what it said. */
export async function runWithFault(
  what: string,
  file: string,
  { call, error, at }: Fault,
): Promise<unknown> {
  const calls = call === 'rename' ? RENAME : call;
  const under = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', at];
  const inject = [`-etrace=${calls}`, `-einject=${calls}:error=${error}:when=1`];
  const child = startProgram(what, file, [...under, ...inject]);
  const [said] = await linesOf(child);
  return JSON.parse(said ?? '');
}

/**
 * Runs the program. @returns the calls that made a new file, made something durable or gave it a
 * name, in order, with the last part of each path; drafts by `draft`.
 */
export async function traceCalls(what: string, file: string): Promise<readonly string[]> {
  let calls = '';
  await inFolder(async (folder) => {
    const log = path.join(folder, 'strace');
    const under = ['strace', '-f', '-y', '-qq', '-o', log, `-etrace=${CALLS}`];
    await linesOf(startProgram(what, file, under));
    calls = await readFile(log, 'utf8');
  });
  return calls.split('\n').flatMap((line) => {
    const name = /^\d+ +(fsync|link|rename|openat(?=.*O_EXCL))/.exec(line)?.[1];
    if (name === undefined) return [];
    const paths = [...line.matchAll(/[<"](\/[^">]+)[">]/g)].map(([, one = '']) => one);
    const names = paths.map((one) => (/\.(tmp|new)$/.test(one) ? 'draft' : path.basename(one)));
    // An open names its folder before, and the same file after.
    return [name === 'openat' ? 'make draft' : [name, ...names].join(' ')];
  });
}
