import { isJsonObject, parseStrictJson, type JsonValue } from '@axtary/core';
import { disclosureSchema, type Disclosure } from '@axtary/ledger';
import { z } from 'zod';

import { CliError } from './errors.js';
import { readText } from './read-text.js';

// One line of JSON for each record: {"disclosures":[[salt,name,value],…],"seq":42}
const lineSchema = z.strictObject({
  disclosures: z.array(disclosureSchema).min(1),
  seq: z.int().nonnegative(),
});

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads what `ledger disclose` wrote: sealed members by the record that they are of.
 *
 * @throws CliError `CLI_USAGE`, `CLI_FILE_UNREADABLE`.
 */
export async function readDisclosures(
  file: string,
): Promise<ReadonlyMap<number, readonly Disclosure[]>> {
  const bySeq = new Map<number, readonly Disclosure[]>();
  for (const line of (await readText(file, MAX_BYTES)).split('\n')) {
    if (line === '') continue;
    const { data } = lineSchema.safeParse(parseJson(line));
    if (!data) throw new CliError('CLI_USAGE', `${file} holds a line that discloses nothing`);
    bySeq.set(data.seq, [...(bySeq.get(data.seq) ?? []), ...data.disclosures]);
  }
  return bySeq;
}

function parseJson(text: string): JsonValue | undefined {
  try {
    const value = parseStrictJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
