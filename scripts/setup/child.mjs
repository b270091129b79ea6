import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { onInterrupt } from './interrupts.mjs';

const HEAD_LINES = 8;
const TAIL_LINES = 22;
const GRACE_MS = 5_000;
const ownsGroups = process.platform !== 'win32';

/**
 * A started program.
 *
 * @typedef {object} Child
 * @property {string} log the file that takes its output
 * @property {Promise<string | undefined>} ended what happened: undefined for exit code 0
 * @property {() => Promise<void>} end ends it and its process group; resolves when it is gone
 */

/**
 * Starts a program in a process group of its own, with its output in a file. An interrupt of this
 * process, or its exit, ends the program and all it started in that group.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, log: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Child}
 */
export function start(command, args, { cwd, log, env = process.env }) {
  mkdirSync(path.dirname(log), { recursive: true });
  const output = openSync(log, 'w');
  const spawned = spawn(command, args, {
    cwd,
    env,
    detached: ownsGroups,
    // npm is a .cmd file on Windows, which only a shell can start.
    shell: process.platform === 'win32',
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = endingOf(spawned);
  const kill = () => signalGroup(spawned, 'SIGKILL');
  const forget = onInterrupt(end);
  process.on('exit', kill);
  void ended.then(() => {
    forget();
    // What is left of the group had its chance.
    kill();
    process.off('exit', kill);
  });
  return { log, ended, end };

  async function end() {
    signalGroup(spawned, 'SIGTERM');
    const impatience = setTimeout(kill, GRACE_MS);
    await ended;
    clearTimeout(impatience);
  }
}

/**
 * Runs a program to its end. On return it has ended with code 0.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, log: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} options
 * @returns {Promise<void>}
 * @throws {Error} with an excerpt of the output
 */
export async function run(command, args, { timeoutMs = 600_000, ...options }) {
  const child = start(command, args, options);
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    void child.end();
  }, timeoutMs);
  const ending = await child.ended;
  clearTimeout(limit);
  if (ending === undefined) return;
  const reason = isLate ? `not done after ${timeoutMs / 1000} s` : ending;
  const line = [path.basename(command), ...args].join(' ');
  throw new Error(`${line}: ${reason}\n${excerpt(child.log)}\n(all of it: ${child.log})`);
}

/**
 * Prints `title ...` now and the seconds it took when `work` is done.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = Date.now();
  process.stdout.write(`${title} ... `);
  try {
    const result = await work();
    process.stdout.write(`${Math.max(1, Math.round((Date.now() - started) / 1000))} s\n`);
    return result;
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
}

/**
 * The lines of a file of output that explain a failure: npm says what is wrong first and then
 * prints its manual, most others say it last.
 *
 * @param {string} file
 * @returns {string}
 */
export function excerpt(file) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const left = lines.length - HEAD_LINES - TAIL_LINES;
  if (left <= 0) return lines.join('\n');
  const note = `... ${left} more lines ...`;
  return [...lines.slice(0, HEAD_LINES), note, ...lines.slice(-TAIL_LINES)].join('\n');
}

/**
 * @param {import('node:child_process').ChildProcess} spawned
 * @returns {Promise<string | undefined>}
 */
function endingOf(spawned) {
  return new Promise((resolve) => {
    spawned.once('error', (error) => resolve(`cannot be started (${error.message})`));
    spawned.once('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `ended with exit code ${code}` : `ended by ${signal}`);
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} spawned
 * @param {NodeJS.Signals} signal
 */
function signalGroup(spawned, signal) {
  if (spawned.pid === undefined) return;
  if (!ownsGroups) {
    spawned.kill(signal);
    return;
  }
  try {
    process.kill(-spawned.pid, signal);
  } catch (error) {
    // ESRCH: the group is gone. EPERM (macOS): only its unreaped leader is left.
    if (!['ESRCH', 'EPERM'].includes(error.code)) throw error;
  }
}
