import { canonicalize } from '@axtary/core';

import {
  READ_LIMITS,
  readCanonical,
  typeOfLine,
  writeDisclosures,
  type RawEntry,
} from '../record/line.js';
import { SEALED_MEMBERS, type Disclosure } from '../record/seal.js';

/** Sealed members by the names that redaction takes: alone for every type, or after the type. */
export function redactableMembers(): readonly string[] {
  const names = Object.entries(SEALED_MEMBERS).flatMap(([type, paths]) =>
    paths.flatMap((path) => [memberOf(path), `${type}.${memberOf(path)}`]),
  );
  return [...new Set(names)].sort();
}

function memberOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Keeps sealed members of records back. */
export class Redaction {
  readonly #names: ReadonlySet<string>;

  /** @throws TypeError for a name of nothing that is sealed. */
  constructor(names: readonly string[]) {
    const known = new Set(redactableMembers());
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new TypeError(`${unknown} is not sealed; expected one of ${[...known].join(', ')}`);
    }
    this.#names = new Set(names);
  }

  /** The disclosures that are left, as a line, and those that were taken out. */
  apply({ line, disclosures }: RawEntry): {
    readonly disclosures: Buffer | undefined;
    readonly keptBack: readonly Disclosure[];
  } {
    if (disclosures === undefined || this.#names.size === 0) return { disclosures, keptBack: [] };
    const type = typeOfLine(line);
    const isKeptBack = ([, name]: Disclosure): boolean =>
      this.#names.has(name) || this.#names.has(`${type}.${name}`);
    const all = disclosuresOf(disclosures);
    return {
      disclosures: lineOf(all.filter((one) => !isKeptBack(one))),
      keptBack: all.filter(isKeptBack),
    };
  }
}

/** What opens sealed members of a record for whoever has an export without them: a line of JSON. */
export function openingLine(seq: number, disclosures: readonly Disclosure[]): string {
  return canonicalize({ disclosures, seq }, READ_LIMITS);
}

/** The disclosures of a record, of these members only. */
export function disclosuresFor(
  { disclosures }: RawEntry,
  members: readonly string[],
): readonly Disclosure[] {
  if (disclosures === undefined) return [];
  return disclosuresOf(disclosures).filter(([, name]) => members.includes(name));
}

/** A record's lines with more of it disclosed. */
export function withDisclosures(raw: RawEntry, more: readonly Disclosure[]): RawEntry {
  if (more.length === 0) return raw;
  const known = raw.disclosures === undefined ? [] : disclosuresOf(raw.disclosures);
  return { line: raw.line, disclosures: lineOf([...known, ...more]) };
}

function lineOf(disclosures: readonly Disclosure[]): Buffer | undefined {
  if (disclosures.length === 0) return undefined;
  return Buffer.from(writeDisclosures(disclosures.map((one) => canonicalize(one, READ_LIMITS))));
}

function disclosuresOf(line: Buffer): readonly Disclosure[] {
  const read = readCanonical(line);
  // A line that is none is found by whoever verifies it; here it discloses nothing.
  if ('code' in read) return [];
  const { disclosures } = read.json as unknown as { readonly disclosures: readonly Disclosure[] };
  return disclosures;
}
