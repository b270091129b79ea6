const MAX_LINES = 12;
const MAX_LINE = 300;

/** Keeps the last lines of a stream, without the given secrets, for a person to read. */
export class Tail {
  readonly #secrets: readonly string[];
  #lines: string[] = [];
  #open = '';

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  append(chunk: string): void {
    const parts = (this.#open + chunk).split(/\r?\n/);
    this.#open = (parts.pop() ?? '').slice(-4096);
    for (const line of parts) this.#keep(line);
  }

  text(): string {
    const lines = this.#open === '' ? this.#lines : [...this.#lines, this.#clean(this.#open)];
    return lines.slice(-MAX_LINES).join('\n');
  }

  #keep(line: string): void {
    if (line.trim() === '') return;
    this.#lines = [...this.#lines, this.#clean(line)].slice(-MAX_LINES);
  }

  #clean(line: string): string {
    let text = line;
    for (const secret of this.#secrets) text = text.replaceAll(secret, '[redacted]');
    return text.replace(/\p{Cc}/gu, ' ').slice(0, MAX_LINE);
  }
}
