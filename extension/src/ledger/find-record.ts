import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { isObject } from '../model/is-object.js';

/** A record in a file, as its bytes stand there: it may be what makes the file invalid. */
export interface FoundRecord {
  readonly line: string;
  /** Number of its line in the file, from 1, as editors count. */
  readonly lineNumber: number;
  /** The line before it, where the record has sealed members that are disclosed. */
  readonly disclosures: string | undefined;
}

/** Lines of an export that are no records: its head, keys and manifest, and what belongs to a record. */
const AROUND = /^\{"(?:export|key|inclusion|disclosures|manifest)":/;
const DISCLOSURES = '{"disclosures":';
/** Which record the first one is, and whether some are left out, as the head of an export says. */
const HEAD = '{"export":';

/**
 * Finds the line that stands where record `seq` is expected: in a selection the one that says so,
 * else by counting, since a record that was moved or put in says another number.
 *
 * @returns `undefined` where the file ends before.
 */
export async function findRecord(file: string, seq: number): Promise<FoundRecord | undefined> {
  const input = createReadStream(file, 'utf8');
  try {
    const finder = new Finder(seq);
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const found = finder.take(line);
      if (found !== undefined) return found;
    }
    return undefined;
  } finally {
    input.destroy();
  }
}

class Finder {
  readonly #wanted: number;
  #lineNumber = 0;
  #next = 0;
  #isSelection = false;
  #disclosures: string | undefined;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  take(line: string): FoundRecord | undefined {
    this.#lineNumber += 1;
    if (this.#lineNumber === 1 && line.startsWith(HEAD)) this.#takeHead(line);
    if (AROUND.test(line)) {
      this.#disclosures = line.startsWith(DISCLOSURES) ? line : undefined;
      return undefined;
    }
    const seq = this.#isSelection ? parsed(line)?.['seq'] : this.#next;
    this.#next += 1;
    if (seq === this.#wanted) {
      return { line, lineNumber: this.#lineNumber, disclosures: this.#disclosures };
    }
    this.#disclosures = undefined;
    return undefined;
  }

  #takeHead(line: string): void {
    const head = parsed(line)?.['export'];
    if (!isObject(head)) return;
    this.#isSelection = head['select'] !== undefined;
    if (typeof head['from'] === 'number') this.#next = head['from'];
  }
}

/** A record for reading, with what is disclosed of it; what is not JSON is shown as it is. */
export function prettyRecord(line: string, disclosures?: string): string {
  const record = parsed(line);
  if (record === undefined) return line;
  const disclosed = disclosures === undefined ? undefined : parsed(disclosures)?.['disclosures'];
  const shown = disclosed === undefined ? record : { record, disclosures: disclosed };
  return JSON.stringify(shown, undefined, 2);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
