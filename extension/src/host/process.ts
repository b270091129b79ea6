import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

import { hostReadySchema, messageOf, type HostReady, type HostStart } from '@axtary/protocol';

import { ExtensionError } from '../errors.js';

const STDERR_KEPT = 4000;

export interface HostProgram {
  /** Executable and its arguments. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Never a workspace: the process outlives it. */
  readonly cwd: string;
  readonly timeoutMs: number;
}

/**
 * Starts the enforcement host as a process of its own, which outlives this one. On return it serves.
 * The enrolment code goes through its standard input, so that it shows in no process list.
 *
 * @throws ExtensionError `HOST_START_FAILED` with the end of its standard error.
 */
export async function startHost(program: HostProgram, start: HostStart): Promise<HostReady> {
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: hostEnvironment(program.env),
    detached: true,
    stdio: 'pipe',
    windowsHide: true,
  });
  const stderr = keepTail(child);
  try {
    // A child that could not be spawned reports through 'error'; its broken input says no more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify(start)}\n`);
    return readyOf(await firstLine(child, program.timeoutMs));
  } catch (cause) {
    child.kill();
    const detail = [messageOf(cause), stderr().trim()].filter(Boolean).join('\n');
    throw new ExtensionError('HOST_START_FAILED', `the enforcement host did not start: ${detail}`, {
      cause,
    });
  } finally {
    release(child);
  }
}

/** The one line: that it is ready, or `{"ready":false,"code":…,"message":…}`. */
function readyOf(line: string): HostReady {
  const answer: unknown = JSON.parse(line);
  const ready = hostReadySchema.safeParse(answer);
  if (ready.success) return ready.data;
  const isObject = typeof answer === 'object' && answer !== null;
  const reason = isObject && 'message' in answer ? String(answer.message) : 'its answer is unknown';
  throw new Error(reason);
}

/** The editor's own switches are not meant for a process that outlives it. */
function hostEnvironment(env: HostProgram['env']): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(?:ELECTRON_|VSCODE_|NODE_OPTIONS$)/.test(name),
  );
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}

function firstLine(child: ChildProcessWithoutNullStreams, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not ready after ${timeoutMs} ms`));
    }, timeoutMs);
    child.once('error', reject);
    // 'close' comes after the last of standard error, unlike 'exit'.
    child.once('close', (code, signal) => {
      reject(new Error(`ended with ${signal ?? `exit code ${String(code)}`} before it was ready`));
    });
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
    child.once('close', () => {
      clearTimeout(timer);
    });
  });
}

function keepTail(child: ChildProcessWithoutNullStreams): () => string {
  let tail = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-STDERR_KEPT);
  });
  return () => tail;
}

/** Nothing of ours keeps waiting for the child, and nothing of it is read any more. */
function release(child: ChildProcessWithoutNullStreams): void {
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
}
