import { once } from 'node:events';
import type { Writable } from 'node:stream';

const COLOURS = { green: 32, red: 31, yellow: 33, bold: 1, dim: 2 } as const;
export type Colour = keyof typeof COLOURS;

export interface TerminalOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Only where a person reads it. */
  readonly colour: boolean;
  /** Whether standard error shows how far a long command has come. */
  readonly progress: boolean;
}

/** What people and scripts read. Text of files and other processes shows no control character. */
export class Terminal {
  readonly #options: TerminalOptions;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  /** The result, one or more lines, to standard output. */
  print(text: string): void {
    this.#options.stdout.write(`${text}\n`);
  }

  /** A part of the result as it is, with its own line breaks. */
  write(text: string): void {
    this.#options.stdout.write(text);
  }

  /** The result for scripts. */
  printJson(value: unknown): void {
    this.print(JSON.stringify(value, undefined, 2));
  }

  /** One of many results for scripts, on a line of its own. */
  printJsonLine(value: unknown): void {
    this.print(JSON.stringify(value));
  }

  /** True once nobody reads the results any more. */
  get isClosed(): boolean {
    return !this.#options.stdout.writable;
  }

  /** Resolves when whoever reads the results has caught up, or reads no more. */
  async drained(): Promise<void> {
    const { stdout } = this.#options;
    if (!stdout.writableNeedDrain || this.isClosed) return;
    const stop = new AbortController();
    const { signal } = stop;
    try {
      await Promise.race([once(stdout, 'drain', { signal }), once(stdout, 'close', { signal })]);
    } catch {
      // Nobody reads any more.
    } finally {
      stop.abort();
    }
  }

  /** Diagnostics, to standard error. */
  warn(text: string): void {
    this.#options.stderr.write(`${text}\n`);
  }

  /** Replaces the last line of standard error; nothing where nobody watches. */
  progress(text: string): void {
    if (this.#options.progress) this.#options.stderr.write(`\r\u001b[K${text}`);
  }

  paint(colour: Colour, text: string): string {
    return this.#options.colour ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }
}

/** A text from outside on one line: what would move the cursor or turn the text is spelled out. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
