import { AxtaryError, messageOf } from '@axtary/core';
import { CommanderError } from 'commander';

import type { CliContext } from './context.js';
import { EXIT_CODES } from './exit-codes.js';
import { createProgram } from './program.js';
import { printable } from './terminal.js';

/** Runs one command line. Never rejects for what a user, a file or another process did. */
export async function run(argv: readonly string[], context: CliContext): Promise<void> {
  try {
    await createProgram(context).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    context.setExitCode(reported(error, context));
  }
}

function reported(error: unknown, { terminal }: CliContext): number {
  // Commander has printed what it has to say; its code is 0 for --help and --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  if (!(error instanceof AxtaryError)) throw error;
  terminal.warn(`axtary: ${messageOf(error).split('\n').map(printable).join('\n')}`);
  return error.code === 'CLI_USAGE' ? EXIT_CODES.usage : EXIT_CODES.failed;
}
