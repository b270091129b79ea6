import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { codeOf, messageOf, systemClock } from '@axtary/core';
import { hostStartSchema, type HostStart } from '@axtary/protocol';

import { startHost, type EnforcementHost, type HostOptions } from './host.js';
import { defaultStateRoot, stateFolder } from './state/folder.js';

/**
 * Entry of the enforcement host process: `[--state DIR] [--idle-seconds N]`. Reads one line of
 * JSON (HostStart) from standard input, writes one line (HostReady, or an error with its code) to
 * standard output, then serves until it is stopped, idle, or told to by a signal.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { state: { type: 'string' }, 'idle-seconds': { type: 'string', default: '600' } },
  });
  // Sockets and files of this process are for its own user, whatever umask it inherited.
  process.umask(0o077);
  try {
    const start = await readStart();
    const host = await startHost({
      state: stateFolder(values.state ?? defaultStateRoot(process.env)),
      start,
      osUser: userInfo().username,
      clock: systemClock,
      idleMs: Number(values['idle-seconds']) * 1000,
      engines: engineFiles(path.dirname(process.argv[1] ?? '')),
      env: process.env,
    });
    keepRunning(host);
    if (start.headless) stopWithStarter(host);
    print(host.ready);
    await host.stopped;
    return 0;
  } catch (error) {
    print({ ready: false, code: codeOf(error), message: messageOf(error) });
    return 1;
  }
}

/** In a bundle the engines and their modules lie beside it; otherwise each in its package. */
function engineFiles(folder: string): HostOptions['engines'] {
  const bundled = path.join(folder, 'prove-worker.cjs');
  return existsSync(bundled)
    ? { worker: bundled, wasmFolder: folder }
    : { worker: path.join(folder, 'policy', 'prove-worker.js'), wasmFolder: undefined };
}

async function readStart(): Promise<HostStart> {
  for await (const line of createInterface({ input: process.stdin })) {
    return hostStartSchema.parse(JSON.parse(line));
  }
  throw new TypeError('expected one line of JSON (HostStart) on standard input');
}

function keepRunning(host: EnforcementHost): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => host.stop(signal));
  // Windows of the editor come and go; the host outlives the one that started it.
  process.on('SIGHUP', () => undefined);
  process.stdout.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    host.log.write('error', `uncaught: ${error.stack ?? error.message}`);
    host.stop('uncaught exception');
  });
}

/** Without an editor nobody else would ever end it: the starter keeps our input open while it lives. */
function stopWithStarter(host: EnforcementHost): void {
  process.stdin.on('end', () => host.stop('the process that started it has ended'));
  process.stdin.resume();
}

function print(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// What a failed start leaves open must not keep a process alive that serves nobody.
process.exit(await main());
