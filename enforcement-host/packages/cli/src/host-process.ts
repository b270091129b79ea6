import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

import { isJsonObject, messageOf } from '@axtary/core';
import type { HostReady, HostStart } from '@axtary/protocol';
import { z } from 'zod';

import { CliError } from './errors.js';

const READY_TIMEOUT_MS = 15_000;

const readySchema = z.object({
  ready: z.literal(true),
  pid: z.number().int(),
  version: z.string(),
  headless: z
    .array(
      z.object({
        workspace: z.string(),
        isEnforced: z.boolean(),
        bearer: z.string(),
        servers: z.array(z.object({ name: z.string(), url: z.string() })),
      }),
    )
    .optional(),
}) satisfies z.ZodType<HostReady>;

/** The exit code, or the signal. */
type Ended = Promise<number | NodeJS.Signals>;

/** The enforcement host said that it cannot start. */
export class HostRefusal extends CliError {
  /** Code of the enforcement host's own error. */
  readonly hostCode: string;

  constructor(hostCode: string, message: string) {
    super('CLI_HOST_START_FAILED', message);
    this.hostCode = hostCode;
  }
}

export interface HostProgram {
  /** The bundle that this Node runs. */
  readonly program: string;
  readonly state: string;
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RunningHost {
  readonly ready: HostReady;
  /** Settles with the exit code, or the signal, that ended it. */
  readonly ended: Ended;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts the enforcement host as a child of this process, with its diagnostics on our standard
 * error. On return it serves. The enrolment code and all secrets go through its standard input, so
 * that they show in no process list.
 *
 * @throws HostRefusal, or CliError `CLI_HOST_START_FAILED`; then no process is left.
 */
export async function startHost(
  { program, state, env }: HostProgram,
  start: HostStart,
): Promise<RunningHost> {
  const child = spawn(process.execPath, [program, '--state', state], {
    stdio: ['pipe', 'pipe', 'inherit'],
    windowsHide: true,
    env,
  });
  const ended = endOf(child);
  // A child that could not be spawned reports through 'error'; its broken input says no more.
  child.stdin.on('error', () => undefined);
  // Left open: the enforcement host ends when this process does, however that ends.
  child.stdin.write(`${JSON.stringify(start)}\n`);
  try {
    const ready = readyOf(await answerOf(child.stdout, ended));
    child.stdout.resume();
    return { ready, ended, kill: (signal) => void child.kill(signal) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error instanceof CliError ? error : startFailed(messageOf(error), error);
  }
}

function readyOf(line: string): HostReady {
  const answer: unknown = JSON.parse(line);
  const ready = readySchema.safeParse(answer);
  if (ready.success) return ready.data;
  const { code, message } = isJsonObject(answer) ? answer : {};
  if (typeof code === 'string' && typeof message === 'string') throw new HostRefusal(code, message);
  throw startFailed('its answer is not understood; CLI and enforcement host may differ in version');
}

function endOf(child: ChildProcess): Ended {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(signal ?? code ?? 0);
    });
  });
}

async function firstLine(stdout: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: stdout });
  for await (const line of lines) return line;
  throw startFailed('it ended before it was ready');
}

async function answerOf(stdout: NodeJS.ReadableStream, ended: Ended): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `it was not ready after ${READY_TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => reject(startFailed(why)), READY_TIMEOUT_MS);
  });
  try {
    // That it could not be spawned ends the wait; an exit does so by the end of its output.
    return await Promise.race([firstLine(stdout), late, ended.then(() => late)]);
  } finally {
    clearTimeout(timer);
  }
}

function startFailed(why: string, cause?: unknown): CliError {
  return new CliError('CLI_HOST_START_FAILED', `the enforcement host did not start: ${why}`, {
    cause,
  });
}
