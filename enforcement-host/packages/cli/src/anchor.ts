import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { isJsonObject, parseStrictJson, sha256Schema, type JsonValue } from '@axtary/core';
import { logIdSchema, readLedgerEntries, type AnchorSource, type KnownState } from '@axtary/ledger';
import { z } from 'zod';

import { fetchAnchors } from './anchor-source.js';
import { CliError } from './errors.js';
import { readText } from './read-text.js';

const anchorSchema = z
  .object({
    log: z.string(),
    size: z.int().positive(),
    head: sha256Schema.exactOptional(),
    root: sha256Schema.exactOptional(),
    by: z.string().exactOptional(),
    at: z.string().exactOptional(),
  })
  .refine(({ head, root }) => head !== undefined || root !== undefined);

const SHORT_FORM = /^([1-9]\d{0,14}):(?:sha256:)?([0-9a-f]{64})$/;
const MAX_ANCHOR_BYTES = 16 * 1024 * 1024;

/** What is to be verified: anchors name its log, or are asked for it. */
export interface Verified {
  readonly mode: 'ledger' | 'export';
  readonly file: string;
}

/**
 * Reads anchors: `SIZE:HASH`, what `anchorSource` takes, or a file with the JSON that
 * `attest-ledger --json` prints, or with one anchor a line as `ledger anchor --to file` keeps them.
 *
 * @throws CliError `CLI_USAGE`, `CLI_FILE_UNREADABLE`, `CLI_ANCHOR_UNKNOWN`; AnchorError where an
 * anchor cannot be fetched.
 */
export async function readAnchors(
  text: string,
  verified: Verified,
  source: AnchorSource | undefined,
): Promise<readonly KnownState[]> {
  if (source) {
    const log = await logOf(verified);
    // Without an id nothing is asked, and nothing is valid either.
    return log === '' ? [] : fetchAnchors(source, log);
  }
  const short = SHORT_FORM.exec(text);
  if (short) {
    const [, size, hash = ''] = short;
    return [{ log: await logOf(verified), size: Number(size), head: `sha256:${hash}` }];
  }
  const content = await readText(text, MAX_ANCHOR_BYTES);
  const whole = anchorSchema.safeParse(parseJson(content));
  if (whole.success) return [whole.data];
  const lines = content.split('\n').filter((line) => line !== '');
  const anchors = lines.map((line) => anchorSchema.safeParse(parseJson(line)).data);
  if (anchors.length > 0 && anchors.every((anchor) => anchor !== undefined)) return anchors;
  throw new CliError('CLI_USAGE', `${text} is no anchor: expected JSON with log, size and head`);
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return parseStrictJson(text);
  } catch {
    return undefined;
  }
}

/** The log that the first line names; '' where it names none, which verification finds. */
async function logOf({ mode, file }: Verified): Promise<string> {
  try {
    const lines = mode === 'ledger' ? firstRecord(file) : linesOf(file);
    for await (const line of lines) {
      const value = parseJson(line);
      const header = isJsonObject(value) ? (value['export'] ?? value) : null;
      const log = isJsonObject(header) ? logIdSchema.safeParse(header['log']).data : undefined;
      if (log !== undefined) return log;
    }
  } catch {
    // Unreadable: that is for the verification to say.
  }
  return '';
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, { end: MAX_ANCHOR_BYTES });
  try {
    yield* createInterface({ input });
  } finally {
    input.destroy();
  }
}

/** It may lie in a segment: the file that is written can be empty. */
async function* firstRecord(file: string): AsyncGenerator<string> {
  for await (const { raw } of readLedgerEntries(file, { to: 1 })) yield raw.line.toString('utf8');
}
