import { splitVisible } from '@axtary/protocol';

export type PayloadRunKind = 'punctuation' | 'key' | 'string' | 'atom' | 'escape' | 'hidden';

export interface PayloadRun {
  readonly kind: PayloadRunKind;
  readonly text: string;
}

/** One line as it is shown. Lines without a number go on inside a string of the line before. */
export interface PayloadLine {
  readonly number: number | undefined;
  readonly indent: number;
  readonly runs: readonly PayloadRun[];
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;
const STRING_PART = /\\u[0-9a-fA-F]{4}|\\.|[^\\]+/gs;

/**
 * Lays out JSON text for reading, without reading its values: every token is shown as it is
 * written. A `\n` inside a string is shown and then breaks the line, and such a line has no number,
 * so that text can never pass for structure.
 */
export function payloadLines(json: string): PayloadLine[] {
  const layout = new Layout();
  const tokens = [...json.matchAll(TOKEN)].map(([token]) => token);
  for (const [index, token] of tokens.entries()) layout.add(token, tokens[index + 1]);
  return layout.finish();
}

/** How many code points in these lines are shown as marks. */
export function countHidden(lines: readonly PayloadLine[]): number {
  return lines.reduce(
    (count, { runs }) => count + runs.filter((run) => run.kind === 'hidden').length,
    0,
  );
}

class Layout {
  readonly #lines: PayloadLine[] = [];
  #runs: PayloadRun[] = [];
  #depth = 0;
  #number = 1;
  #isContinued = false;

  add(token: string, next: string | undefined): void {
    switch (token) {
      case '{':
      case '[':
        this.#open(token, next);
        return;
      case '}':
      case ']':
        this.#close(token);
        return;
      case ',':
        this.#push('punctuation', ',');
        this.#breakLine(false);
        return;
      case ':':
        this.#push('punctuation', ': ');
        return;
      default:
        if (token.startsWith('"')) this.#addString(token, next === ':' ? 'key' : 'string');
        else this.#push('atom', token);
    }
  }

  finish(): PayloadLine[] {
    if (this.#runs.length > 0) this.#breakLine(false);
    return this.#lines;
  }

  #open(token: string, next: string | undefined): void {
    this.#push('punctuation', token);
    if (next === '}' || next === ']') return;
    this.#breakLine(false);
    this.#depth += 1;
  }

  #close(token: string): void {
    const last = this.#runs.at(-1);
    const isEmpty = last?.text === '{' || last?.text === '[';
    if (!isEmpty) {
      this.#breakLine(false);
      this.#depth -= 1;
    }
    this.#push('punctuation', token);
  }

  #addString(token: string, kind: 'key' | 'string'): void {
    this.#push(kind, '"');
    for (const [part] of token.slice(1, -1).matchAll(STRING_PART)) this.#addPart(part, kind);
    this.#push(kind, '"');
  }

  #addPart(part: string, kind: 'key' | 'string'): void {
    if (!part.startsWith('\\')) {
      for (const { text, hidden } of splitVisible(part)) {
        this.#push(hidden === undefined ? kind : 'hidden', hidden ?? text);
      }
      return;
    }
    if (part === '\\"' || part === '\\\\' || part === '\\/') {
      this.#push(kind, part);
    } else if (part === '\\n') {
      this.#push('escape', part);
      this.#breakLine(true);
    } else if (part === '\\t') {
      this.#push('escape', part);
    } else {
      this.#push('hidden', nameOfEscape(part));
    }
  }

  #push(kind: PayloadRunKind, text: string): void {
    this.#runs.push({ kind, text });
  }

  #breakLine(isContinued: boolean): void {
    const number = this.#isContinued ? undefined : this.#number++;
    this.#lines.push({ number, indent: this.#depth, runs: this.#runs });
    this.#runs = [];
    this.#isContinued = isContinued;
  }
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\b': '0008',
  '\\f': '000C',
  '\\r': '000D',
};

function nameOfEscape(escape: string): string {
  return `U+${SHORT_ESCAPES[escape] ?? escape.slice(2).toUpperCase()}`;
}
