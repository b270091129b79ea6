import { ActionError } from '../errors.js';
import { roundTrips } from './number.js';
import { DEFAULT_JSON_LIMITS, type JsonLimits, type JsonObject, type JsonValue } from './value.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// A run that needs no attention: no quote, no backslash, no control character.
// eslint-disable-next-line no-control-regex -- RFC 8259 section 7 forbids exactly these, unescaped
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads JSON as I-JSON (RFC 7493): valid UTF-8 without a byte order mark, no duplicate members, no
 * lone surrogates, no number whose value a double cannot keep. Also refuses a member named
 * `__proto__`, which libraries silently lose.
 *
 * @throws ActionError `ACTION_TOO_LARGE` beyond the limits, else `ACTION_MALFORMED` with the offset.
 */
export function parseStrictJson(
  input: string | Uint8Array,
  limits: JsonLimits = DEFAULT_JSON_LIMITS,
): JsonValue {
  if (input.length > limits.maxLength) {
    throw new ActionError('ACTION_TOO_LARGE', `JSON is longer than ${limits.maxLength} bytes`);
  }
  return new Reader(typeof input === 'string' ? input : decode(input), limits).document();
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new ActionError('ACTION_MALFORMED', 'JSON is not valid UTF-8', { cause });
  }
}

class Reader {
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;
  #nodes = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): JsonValue {
    this.#space();
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): JsonValue {
    if (++this.#nodes > this.#limits.maxNodes) {
      throw new ActionError('ACTION_TOO_LARGE', `JSON has over ${this.#limits.maxNodes} values`);
    }
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(this.#deeper(depth));
      case '[':
        return this.#array(this.#deeper(depth));
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #deeper(depth: number): number {
    if (depth >= this.#limits.maxDepth) {
      throw new ActionError('ACTION_TOO_LARGE', `JSON nests over ${this.#limits.maxDepth} deep`);
    }
    return depth + 1;
  }

  #object(depth: number): JsonObject {
    const members: Record<string, JsonValue> = {};
    this.#at++;
    this.#space();
    if (this.#take('}')) return members;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#unexpected();
      const nameAt = this.#at;
      const name = this.#string();
      if (name === '__proto__') throw this.#malformed('a member named __proto__', nameAt);
      if (Object.hasOwn(members, name)) throw this.#malformed('a duplicate member', nameAt);
      this.#space();
      if (!this.#take(':')) throw this.#unexpected();
      this.#space();
      members[name] = this.#value(depth);
      this.#space();
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#unexpected();
    return members;
  }

  #array(depth: number): readonly JsonValue[] {
    const elements: JsonValue[] = [];
    this.#at++;
    this.#space();
    if (this.#take(']')) return elements;
    do {
      this.#space();
      elements.push(this.#value(depth));
      this.#space();
    } while (this.#take(','));
    if (!this.#take(']')) throw this.#unexpected();
    return elements;
  }

  #string(): string {
    const start = this.#at++;
    let value = this.#match(PLAIN);
    while (!this.#take('"')) {
      if (!this.#take('\\')) throw this.#unexpected();
      value += this.#escape() + this.#match(PLAIN);
    }
    if (!value.isWellFormed()) throw this.#malformed('a lone surrogate', start);
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    if (letter !== 'u') {
      const character = ESCAPES[letter];
      if (character === undefined) throw this.#malformed('an unknown escape', this.#at - 2);
      return character;
    }
    const hex = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#malformed('an incomplete escape', this.#at - 2);
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(): number {
    const start = this.#at;
    const text = this.#match(NUMBER);
    if (text === '' || text === '-') throw this.#unexpected();
    const value = Number(text);
    // Up to 15 significant digits always survive a double; the rest is compared digit by digit.
    const survives = text.length <= 15 && !/[.eE]/.test(text);
    if (!survives && !roundTrips(text, value)) {
      throw this.#malformed('a number that a double cannot keep', start);
    }
    return value;
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #space(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code <= 0x20) this.#match(SPACE);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #unexpected(): ActionError {
    const what = this.#at < this.#text.length ? 'an unexpected character' : 'an early end';
    return this.#malformed(what, this.#at);
  }

  #malformed(what: string, offset: number): ActionError {
    return new ActionError('ACTION_MALFORMED', `not strict JSON: ${what} at offset ${offset}`);
  }
}
