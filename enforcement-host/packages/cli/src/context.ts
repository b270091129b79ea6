import type { Readable } from 'node:stream';

import type { Clock } from '@axtary/core';

import type { Prompt } from './prompt.js';
import type { Terminal } from './terminal.js';

/** What the commands have from the process they run in; a composition root fills it in. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly stdin: Readable;
  readonly stdout: NodeJS.WritableStream;
  /** Asks the person at the terminal; absent where there is none. */
  readonly prompt?: Prompt;
  /** Name of the OS user, as revocations record who made them. */
  readonly osUser: string;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly version: string;
  /** Ends with the exit code of the command. */
  readonly setExitCode: (code: number) => void;
  /** Calls the listener for every interrupt; returns how to stop. */
  readonly onInterrupt: (listener: (signal: NodeJS.Signals) => void) => () => void;
}
