/** Words by their codes: 1, 2, … in the order in which they were first met; 0 stands for none. */
export interface Dictionary {
  /** Number of words. */
  readonly size: number;
  /** The word at `code - 1`. */
  readonly words: readonly string[];
}

/** A dictionary that grows. */
export class GrowingDictionary {
  readonly #codes = new Map<string, number>();
  readonly #words: string[] = [];

  codeOf(word: string | undefined): number {
    if (word === undefined) return 0;
    const known = this.#codes.get(word);
    if (known !== undefined) return known;
    const code = this.#words.push(word);
    this.#codes.set(word, code);
    return code;
  }

  /** The dictionary as it is now. The words may become more, the size may not. */
  view(): Dictionary {
    return { size: this.#words.length, words: this.#words };
  }
}

/** A dictionary in its written form, a JSON array, read when it is first asked for. */
export class WrittenDictionary implements Dictionary {
  readonly #bytes: Uint8Array;
  readonly size: number;
  #words: readonly string[] | undefined;

  constructor(bytes: Uint8Array, size: number) {
    this.#bytes = bytes;
    this.size = size;
  }

  get words(): readonly string[] {
    this.#words ??= parseWords(this.#bytes);
    return this.#words;
  }
}

function parseWords(bytes: Uint8Array): readonly string[] {
  const words: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return Array.isArray(words) ? words.filter((word) => typeof word === 'string') : [];
}

export function writeWords({ words, size }: Dictionary): Uint8Array {
  return Buffer.from(JSON.stringify(words.slice(0, size)));
}
