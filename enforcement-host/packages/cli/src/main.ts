import { createRequire } from 'node:module';
import { userInfo } from 'node:os';

import { isJsonObject, systemClock } from '@axtary/core';

import { TerminalPrompt } from './prompt.js';
import { run } from './run.js';
import { Terminal } from './terminal.js';

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const { stdin, stdout, stderr, env } = process;

// Whoever reads us may stop (`axtary … | head`): there is nobody left to tell, and no failure.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

await run(process.argv.slice(2), {
  terminal: new Terminal({
    stdout,
    stderr,
    colour: stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    progress: stderr.isTTY,
  }),
  stdin,
  stdout,
  ...(stdin.isTTY && stderr.isTTY && { prompt: new TerminalPrompt(stdin, stderr) }),
  osUser: osUser(),
  clock: systemClock,
  env,
  cwd: process.cwd(),
  platform: process.platform,
  version: packageVersion(),
  setExitCode(code) {
    process.exitCode = code;
  },
  onInterrupt(listener) {
    for (const signal of INTERRUPTS) process.on(signal, listener);
    return () => {
      for (const signal of INTERRUPTS) process.off(signal, listener);
    };
  },
});

function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('../package.json');
  const version = isJsonObject(manifest) ? manifest['version'] : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
