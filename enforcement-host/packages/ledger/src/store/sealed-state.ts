import { readFile } from 'node:fs/promises';

import { isJsonObject, sha256Schema, type JsonValue } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';
import { replaceFile } from '@axtary/core/durable-files';
import { z } from 'zod';

import { TreeFrontier } from '../merkle/tree.js';
import { checkpointKeySchema, intentBody } from '../record/bodies.js';
import type { ChainState } from '../record/chain.js';
import { leafHash, parseEntry } from '../record/line.js';
import type { IntentBody } from '../record/records.js';
import { readLastEntry } from './last-entry.js';
import { stateFile, type Segment } from './segments.js';

/** Where a ledger stands after a sealed segment. */
export interface SealedState {
  readonly chain: ChainState;
  readonly openIntents: readonly IntentBody[];
  /** What was saved of projections, by name. */
  readonly projections: Readonly<Record<string, JsonValue>>;
}

const stateSchema = z.strictObject({
  log: z.string(),
  size: z.int().positive(),
  head: sha256Schema,
  last: z.strictObject({ boot: z.string(), mono: z.int(), ts: z.string() }),
  unsigned: z.int(),
  tree: z.strictObject({ size: z.int(), nodes: z.array(z.string()) }),
  signing: z
    .strictObject({ epoch: z.int(), key: checkpointKeySchema, since: z.string() })
    .optional(),
  openIntents: z.array(intentBody),
  projections: z.record(z.string(), z.json()),
});

/**
 * Keeps the state after a segment. It can be made anew, so nothing depends on it being there.
 *
 * @throws Error of the file system.
 */
export function saveSealedState(segment: string, state: SealedState): Promise<void> {
  const { chain, openIntents, projections } = state;
  const text = JSON.stringify({ ...chain, openIntents, projections });
  return replaceFile(stateFile(segment), JSON.stringify({ digest: sha256(text), state: text }));
}

/**
 * The state that was kept after a segment; `undefined` where there is none, where it is damaged,
 * or where it is not that of the segment's last record: then the segments have to be read.
 */
export async function loadSealedState(segment: Segment): Promise<SealedState | undefined> {
  try {
    const file: unknown = JSON.parse(await readFile(stateFile(segment.file), 'utf8'));
    if (!isJsonObject(file) || typeof file['state'] !== 'string') return undefined;
    if (sha256(file['state']) !== file['digest']) return undefined;
    const { openIntents, projections, ...saved } = stateSchema.parse(JSON.parse(file['state']));
    const tree = TreeFrontier.from(saved.tree);
    if (tree?.size !== saved.size || !(await isEndOf(segment, saved))) return undefined;
    return { chain: { ...saved, tree, signing: saved.signing }, openIntents, projections };
  } catch {
    return undefined;
  }
}

async function isEndOf(
  { file }: Segment,
  { log, size, head }: Pick<ChainState, 'log' | 'size' | 'head'>,
): Promise<boolean> {
  const entry = await readLastEntry(file);
  const parsed = entry && parseEntry(entry);
  if (!parsed || 'code' in parsed) return false;
  const { record, line } = parsed;
  return record.log === log && record.seq === size - 1 && leafHash(line) === head;
}
