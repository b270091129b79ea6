import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url));
const CALLS =
  'openat,read,pread64,write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,close,rename,' +
  'unlink,mkdir,chmod,fchmod,statx,readlink,getdents64';

export const FAULTS = ['EIO', 'ENOSPC', 'EINTR', 'SIGKILL'] as const;
export type Fault = (typeof FAULTS)[number];

/** One system call on a file of the ledger: the n-th of its name of its thread. */
export interface FileCall {
  readonly name: string;
  readonly n: number;
  /** As strace writes it. */
  readonly line: string;
}

export interface Trace {
  readonly calls: readonly FileCall[];
  /** What the program said, one JSON text a line. */
  readonly said: readonly string[];
  readonly ending: string;
  readonly stderr: string;
  /** The calls that a fault was put in. */
  readonly injected: readonly string[];
}

export function hasStrace(): boolean {
  return process.platform === 'linux' && spawnSync('strace', ['--version']).status === 0;
}

/** Every call on the ledger's files that the program makes, and their paths in its folder. */
export async function traceProgram(
  folder: string,
): Promise<{ readonly calls: readonly FileCall[]; readonly paths: readonly string[] }> {
  const all = join(folder, 'all');
  const { calls } = await runTraced(all, []);
  const ledger = join(all, 'ledger');
  const paths = new Set<string>();
  for (const { line } of calls) {
    for (const [path] of line.matchAll(/\/[^">]+/g)) {
      if (path.startsWith(ledger)) paths.add(path.slice(all.length + 1));
    }
  }
  // Counted as a later run counts them, which sees these paths only.
  const counted = await runTraced(join(folder, 'counted'), [...paths]);
  return { calls: counted.calls, paths: [...paths] };
}

/** Runs the program with a fault in one call; strace sees these paths of its folder only. */
export function runDisturbed(
  folder: string,
  paths: readonly string[],
  { call: { name, n }, fault }: { readonly call: FileCall; readonly fault: Fault },
): Promise<Trace> {
  const what = fault === 'SIGKILL' ? `signal=${fault}` : `error=${fault}`;
  return runTraced(folder, paths, [`-einject=${name}:${what}:when=${n}`]);
}

async function runTraced(
  folder: string,
  paths: readonly string[],
  inject: readonly string[] = [],
): Promise<Trace> {
  await mkdir(folder);
  const log = join(folder, 'strace');
  const only = paths.flatMap((path) => ['-P', join(folder, path)]);
  // A signal is not put in where seccomp stops a call.
  const fast = inject.some((one) => one.includes('signal=')) ? [] : ['--seccomp-bpf'];
  const args = ['-f', '-y', '-qq', ...fast, '-o', log, `-etrace=${CALLS}`];
  const child = spawn('strace', [...args, ...only, ...inject, process.execPath, PROGRAM, folder], {
    // One thread for files, so that their order is the same in every run.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  const closed = once(child, 'close');
  const [said, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  const ending = String(child.signalCode ?? child.exitCode);
  const lines = (await readFile(log, 'utf8')).split('\n');
  const injected = lines.filter((line) => line.includes('INJECTED'));
  return { calls: callsIn(lines), said: said.split('\n').slice(0, -1), ending, stderr, injected };
}

/** Two threads that make their n-th call of a name are one place: strace counts by thread. */
function callsIn(lines: readonly string[]): readonly FileCall[] {
  const counts = new Map<string, number>();
  const calls = new Map<string, FileCall>();
  for (const line of lines) {
    const [, thread = '', name] = /^(\d+)\s+(\w+)\(/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = `${thread} ${name}`;
    const n = (counts.get(key) ?? 0) + 1;
    counts.set(key, n);
    calls.set(`${name} ${n}`, { name, n, line });
  }
  return [...calls.values()];
}
