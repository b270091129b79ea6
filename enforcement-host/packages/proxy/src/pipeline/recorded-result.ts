import type { OutcomeBody } from '@axtary/ledger';

import { isSecretMember, TAKEN_OUT, withoutSecrets } from './secrets.js';

/** UTF-16 units of a result that the ledger keeps. */
const MAX_TEXT = 4096;
/** Units that are looked at, whatever the length: what is taken out makes room for what follows. */
const MAX_READ = 2 * MAX_TEXT;

/**
 * What the ledger keeps of a provider's answer: the beginning of its canonical form with what
 * looks like a secret taken out. Its work is bounded, however long the answer.
 *
 * @param canonical RFC 8785 form of the answer.
 */
export function recordedResult(canonical: string): NonNullable<OutcomeBody['result']> {
  const writer = new ResultWriter(canonical.slice(0, MAX_READ), canonical.length > MAX_READ);
  const { text, redacted, isWhole } = writer.write();
  return {
    text: cutAt(MAX_TEXT, text),
    ...((!isWhole || text.length > MAX_TEXT) && { truncated: true as const }),
    ...(redacted > 0 && { redacted }),
  };
}

function cutAt(length: number, text: string): string {
  const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) && text.length > length;
  return text.slice(0, isSplit ? length - 1 : length);
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const OTHER = /[{}[\],:]|[^"{}[\],:]+/y;
/** The whole characters with which a string begins that has no end. */
const STRING_BEGINNING = /(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*/y;

/** Copies JSON that is well-formed as far as it goes, token by token. */
class ResultWriter {
  readonly #source: string;
  readonly #isCut: boolean;
  #at = 0;
  #text = '';
  #redacted = 0;

  constructor(source: string, isCut: boolean) {
    this.#source = source;
    this.#isCut = isCut;
  }

  write(): { readonly text: string; readonly redacted: number; readonly isWhole: boolean } {
    while (this.#at < this.#source.length && this.#text.length <= MAX_TEXT) {
      const string = this.#take(STRING);
      if (string !== undefined) this.#writeString(string);
      else this.#text += this.#take(OTHER) ?? this.#writeBeginning();
    }
    const isWhole = !this.#isCut && this.#at === this.#source.length;
    return { text: this.#text, redacted: this.#redacted, isWhole };
  }

  #writeString(token: string): void {
    const string = String(JSON.parse(token));
    this.#text += this.#clean(string);
    if (this.#source[this.#at] !== ':') return;
    this.#text += ':';
    this.#at++;
    if (!isSecretMember(string, this.#source.slice(this.#at, this.#at + 5))) return;
    this.#skipValue();
    this.#text += JSON.stringify(TAKEN_OUT);
    this.#redacted++;
  }

  // A secret may be cut as well, beyond recognition: the last word is left out.
  #writeBeginning(): string {
    this.#at++;
    const string = String(JSON.parse(`"${this.#take(STRING_BEGINNING) ?? ''}"`));
    this.#at = this.#source.length;
    return this.#clean(withoutLastWord(string));
  }

  #clean(string: string): string {
    const { text, redacted } = withoutSecrets(string);
    this.#redacted += redacted;
    return JSON.stringify(text);
  }

  #skipValue(): void {
    let depth = 0;
    do {
      const token = this.#take(STRING) ?? this.#take(OTHER);
      if (token === undefined) this.#at = this.#source.length;
      if (token === '{' || token === '[') depth++;
      if (token === '}' || token === ']') depth--;
    } while (depth > 0 && this.#at < this.#source.length);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#source)?.[0];
    this.#at += token?.length ?? 0;
    return token;
  }
}

const WORD = /[A-Za-z0-9._~+/=-]/;

function withoutLastWord(text: string): string {
  let end = text.length;
  while (end > 0 && WORD.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).toWellFormed();
}
