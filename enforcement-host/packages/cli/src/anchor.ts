import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import {
  isJsonObject,
  parseStrictJson,
  sha256Schema,
  type JsonObject,
  type JsonValue,
} from '@axtary/core';
import type { KnownState } from '@axtary/ledger';
import { z } from 'zod';

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

/**
 * Reads anchors: `SIZE:HASH`, or a file with the JSON that `attest-ledger --json` prints, or with
 * one anchor a line as `ledger anchor --to file` keeps them.
 *
 * @param ledger what is to be verified; the short form names its log by its hash alone.
 * @throws CliError `CLI_USAGE`, `CLI_FILE_UNREADABLE`.
 */
export async function readAnchors(text: string, ledger: string): Promise<readonly KnownState[]> {
  const short = SHORT_FORM.exec(text);
  if (short) {
    const [, size, hash = ''] = short;
    return [{ log: await logOf(ledger), size: Number(size), head: `sha256:${hash}` }];
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

/** The log that the first line names; where it names none, verification finds that. */
async function logOf(ledger: string): Promise<string> {
  const input = createReadStream(ledger, { end: MAX_ANCHOR_BYTES });
  try {
    for await (const line of createInterface({ input })) {
      const value = parseJson(line);
      const header = isJsonObject(value) ? (value['export'] ?? value) : undefined;
      const log = isJsonObject(header ?? null) ? (header as JsonObject)['log'] : undefined;
      if (typeof log === 'string') return log;
    }
  } catch {
    // Unreadable: that is for the verification to say.
  } finally {
    input.destroy();
  }
  return '';
}
