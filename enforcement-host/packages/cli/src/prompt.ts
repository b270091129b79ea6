import { createInterface, type Interface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';

import { CliError } from './errors.js';

/** Asks the person at the terminal. Rejects with CliError `CLI_DECLINED` when they end it (Ctrl-C). */
export interface Prompt {
  ask(question: string): Promise<string>;
  /** As `ask`; what is typed is not shown. */
  askSecret(question: string): Promise<string>;
}

/** Asks on a terminal: reads `input`, shows the question on `output`. */
export class TerminalPrompt implements Prompt {
  readonly #input: Readable;
  readonly #output: Writable;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  ask(question: string): Promise<string> {
    return lineOf(this.#listen(this.#output), question);
  }

  async askSecret(question: string): Promise<string> {
    const lines = this.#listen(nowhere());
    // Only now: a terminal echoes by itself until it is listened to.
    this.#output.write(question);
    try {
      return await lineOf(lines, '');
    } finally {
      this.#output.write('\n');
    }
  }

  /** With `terminal`, readline and not the terminal echoes what is typed: to `echo`. */
  #listen(echo: Writable): Interface {
    return createInterface({ input: this.#input, output: echo, terminal: true, historySize: 0 });
  }
}

function lineOf(lines: Interface, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.question(question, (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => reject(new CliError('CLI_DECLINED', 'ended; nothing was done')));
  });
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
