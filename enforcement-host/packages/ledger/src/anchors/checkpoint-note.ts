import type { Sha256 } from '@axtary/core/digest';

import { bytesOf, digestOf, HASH_BYTES } from '../merkle/tree.js';
import { logIdSchema, type Checkpoint } from './anchor.js';

// The text of a checkpoint note (c2sp.org/tlog-checkpoint):
//   axtary.com/ledger/<log>     origin
//   1042                        size, decimal
//   CsUYapGGPo4dkMgIAUqom/…=    root, base64
// The head of the chain is not in it: the root covers every record, and so the last one too.
const ORIGIN = 'axtary.com/ledger/';
const SIZE = /^(?:0|[1-9]\d{0,15})$/;

/** What a note says of a ledger. */
export type TreeState = Pick<Checkpoint, 'log' | 'size' | 'root'>;

/** By what name others know a ledger; also the name of the key that signs its notes. */
export function originOf(log: string): string {
  return `${ORIGIN}${log}`;
}

/** The text to be signed, closed by a newline. */
export function checkpointText({ log, size, root }: TreeState): string {
  return `${originOf(log)}\n${size}\n${bytesOf(root).toString('base64')}\n`;
}

/** Reads the text of a checkpoint note of a ledger; `undefined` if it is none. */
export function parseCheckpointText(text: string): TreeState | undefined {
  const [origin = '', size = '', base64 = '', ...rest] = text.split('\n');
  const log = origin.startsWith(ORIGIN) ? origin.slice(ORIGIN.length) : '';
  const root = parseRoot(base64);
  if (!logIdSchema.safeParse(log).success || !SIZE.test(size) || root === undefined)
    return undefined;
  // Extension lines are allowed, but none is empty but the one after the last newline.
  if (rest.pop() !== '' || rest.includes('')) return undefined;
  return Number.isSafeInteger(Number(size)) ? { log, size: Number(size), root } : undefined;
}

function parseRoot(base64: string): Sha256 | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const isRoot = bytes.length === HASH_BYTES && bytes.toString('base64') === base64;
  return isRoot ? digestOf(bytes) : undefined;
}
