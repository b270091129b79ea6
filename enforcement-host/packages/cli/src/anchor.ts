import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { isJsonObject, parseStrictJson, sha256Schema } from '@axtary/core';
import type { LedgerHead } from '@axtary/ledger';
import { z } from 'zod';

import { CliError } from './errors.js';
import { readText } from './read-text.js';

const anchorSchema = z.object({
  log: z.string(),
  size: z.int().positive(),
  head: sha256Schema,
});

const SHORT_FORM = /^([1-9]\d{0,14}):(?:sha256:)?([0-9a-f]{64})$/;
const MAX_ANCHOR_BYTES = 64 * 1024;

/**
 * Reads an anchor: `SIZE:HASH`, or a file with the JSON that `ledger export --json` prints.
 *
 * @param ledger what is to be verified; the short form names its log by its hash alone.
 * @throws CliError `CLI_USAGE`, `CLI_FILE_UNREADABLE`.
 */
export async function readAnchor(text: string, ledger: string): Promise<LedgerHead> {
  const short = SHORT_FORM.exec(text);
  if (short) {
    const [, size, hash = ''] = short;
    return { log: await logOf(ledger), size: Number(size), head: `sha256:${hash}` };
  }
  const parsed = anchorSchema.safeParse(parseJson(await readText(text, MAX_ANCHOR_BYTES)));
  if (parsed.success) return parsed.data;
  throw new CliError('CLI_USAGE', `${text} is no anchor: expected JSON with log, size and head`);
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch {
    return undefined;
  }
}

/** The log that the first record names; where it names none, verification finds that. */
async function logOf(ledger: string): Promise<string> {
  const input = createReadStream(ledger, { end: MAX_ANCHOR_BYTES });
  try {
    for await (const line of createInterface({ input })) {
      const record = parseJson(line);
      const log = isJsonObject(record) ? record['log'] : undefined;
      return typeof log === 'string' ? log : '';
    }
  } catch {
    // Unreadable: that is for the verification to say.
  } finally {
    input.destroy();
  }
  return '';
}
