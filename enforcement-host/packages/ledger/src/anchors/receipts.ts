import { join } from 'node:path';

import { canonicalize } from '@axtary/core';
import { z } from 'zod';

import { anchorSchema, type Anchor, type AnchorSource, type Receipt } from './anchor.js';
import { parseCheckpointText } from './checkpoint-note.js';
import { appendLine, parseLine, readLinesOf } from './file.js';
import { parseNote, verifyNote, type NoteVerifier } from './note.js';

const FILE = 'receipts.jsonl';

const receiptSchema = z.strictObject({
  anchor: anchorSchema,
  note: z
    .string()
    .max(256 * 1024)
    .exactOptional(),
});

/** The folder that goes with a ledger and its exports. */
export function receiptsFolder(ledger: string): string {
  return `${ledger}.anchors`;
}

/**
 * What anchors have answered, in a folder that an export can carry. A receipt is evidence only by
 * the signatures of its note: everything else in the folder was written by the ledger's own host.
 */
export class LocalReceipts {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, FILE);
  }

  /** Keeps a receipt, durably. @throws AnchorError `ANCHOR_WRITE_FAILED`. */
  async add({ anchor, note }: Receipt): Promise<void> {
    await appendLine(this.#path, canonicalize({ anchor, ...(note !== undefined && { note }) }));
  }

  /** All receipts, in order. What they say is not verified. @throws AnchorError. */
  async list(): Promise<readonly Receipt[]> {
    const lines = await readLinesOf(this.#path);
    return lines
      .map((line) => receiptSchema.safeParse(parseLine(line)).data)
      .filter((receipt) => receipt !== undefined);
  }

  /** The anchors that these keys have signed for; keys come from outside the folder. */
  signedBy(verifiers: readonly NoteVerifier[]): AnchorSource {
    return {
      name: 'receipts',
      read: async (log) => {
        const receipts = await this.list();
        const anchors = receipts.flatMap(({ note }) => cosignedAnchors(note ?? '', verifiers));
        return anchors.filter((anchor) => anchor.log === log);
      },
    };
  }
}

/** What a checkpoint note proves: one anchor for each of the keys that has signed it. */
export function cosignedAnchors(
  note: string,
  verifiers: readonly NoteVerifier[],
): readonly Anchor[] {
  const parsed = parseNote(note);
  const state = parsed && parseCheckpointText(parsed.text);
  const signatures = (state && verifyNote(parsed, verifiers)) ?? [];
  return signatures.flatMap(({ name, signedAt }) => {
    const at = signedAt === undefined ? {} : { at: new Date(signedAt * 1000).toISOString() };
    const anchor = anchorSchema.safeParse({ ...state, by: `witness:${name}`, ...at });
    return anchor.data ?? [];
  });
}
