import { isJsonObject, parseStrictJson, sha256Schema } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import { brokenAt, LedgerError } from '../errors.js';
import { HASH_BYTES, TreeFrontier, digestOf } from '../merkle/tree.js';
import { signedBy } from '../record/checkpoint.js';
import { leafBytes, typeOfLine } from '../record/line.js';
import type { RecordOf } from '../record/records.js';
import { readLedgerEntries, wholeRecord, type LedgerFileEntry } from '../store/read-ledger.js';

/** A ledger up to its last checkpoint: what an export or a proof of it is made from. */
export interface LedgerSurvey {
  readonly log: string;
  /** The last checkpoint. */
  readonly checkpoint: RecordOf<'checkpoint'>;
  /** Tree hash of the records before it, as it signs it. */
  readonly root: Sha256;
  /** Thumbprint of the key that it names. */
  readonly checkpointKid: string;
  /** Leaf hash of its own line. */
  readonly head: Sha256;
  /** Lines of the genesis and of every `key_epoch` before it. */
  readonly keys: readonly string[];
  /** Leaf hashes of all records up to it, one after the other. */
  readonly leaves: Buffer;
  /** Records after it. */
  readonly omitted: number;
}

export interface SurveyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((records: number) => void) | undefined;
}

const PROGRESS_RECORDS = 10_000;

/**
 * Reads the lines of a ledger, not what they say, and compares their tree with the last checkpoint.
 * It may be in use.
 *
 * @throws LedgerError `LEDGER_NOT_CHECKPOINTED`, `LEDGER_CHAIN_BROKEN` (with `seq`) if the lines
 * are not those that the checkpoint signs, `LEDGER_UNREADABLE`.
 */
export async function surveyLedger(
  path: string,
  { signal, onProgress }: SurveyOptions = {},
): Promise<LedgerSurvey> {
  const read = new SurveyReader();
  for await (const entry of readLedgerEntries(path, { signal })) {
    read.take(entry);
    if (read.leaves.size % PROGRESS_RECORDS === 0) onProgress?.(read.leaves.size);
  }
  return read.survey();
}

class SurveyReader {
  readonly leaves = new LeafList();
  readonly #keys: { readonly seq: number; readonly line: string }[] = [];
  #last: LedgerFileEntry | undefined;

  take(entry: LedgerFileEntry): void {
    const { seq, raw } = entry;
    if (seq !== this.leaves.size) {
      throw brokenAt({ seq: this.leaves.size, message: 'the record is missing' });
    }
    const line = raw.line.toString('utf8');
    this.leaves.add(leafBytes(line));
    const type = typeOfLine(raw.line);
    if (type === 'genesis' || type === 'key_epoch') this.#keys.push({ seq, line });
    if (type === 'checkpoint') this.#last = entry;
  }

  survey(): LedgerSurvey {
    const last = this.#last;
    if (!last) {
      const message = 'the ledger has no signed checkpoint yet: make one, then export';
      throw new LedgerError('LEDGER_NOT_CHECKPOINTED', message);
    }
    const { leaves } = this;
    const { seq } = last;
    const checkpoint = wholeRecord(last);
    if (checkpoint.type !== 'checkpoint') throw brokenAt({ seq, message: 'it is no checkpoint' });
    const root = leaves.rootOf(seq);
    if (signedRoot(checkpoint.body.jws) !== root) {
      throw brokenAt({ seq, message: 'the checkpoint signs other records than are there' });
    }
    return {
      log: checkpoint.log,
      checkpoint,
      root,
      checkpointKid: signedBy(checkpoint.body.jws) ?? '',
      head: digestOf(leaves.at(seq)),
      keys: this.#keys.filter((key) => key.seq < seq).map(({ line }) => line),
      leaves: leaves.upTo(seq + 1),
      omitted: leaves.size - (seq + 1),
    };
  }
}

/** The root that a checkpoint says it signs; whether it does is for a verifier to say. */
export function signedRoot(jws: string): Sha256 | undefined {
  try {
    const payload = parseStrictJson(Buffer.from(jws.split('.')[1] ?? '', 'base64url'));
    return isJsonObject(payload) ? sha256Schema.parse(payload['root']) : undefined;
  } catch {
    return undefined;
  }
}

/** Leaf hashes in one buffer that grows. */
class LeafList {
  #bytes = Buffer.allocUnsafe(1024 * HASH_BYTES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(leaf: Buffer): void {
    const at = this.#size * HASH_BYTES;
    if (at === this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    leaf.copy(this.#bytes, at);
    this.#size++;
  }

  at(index: number): Buffer {
    return this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  upTo(size: number): Buffer {
    return this.#bytes.subarray(0, size * HASH_BYTES);
  }

  rootOf(size: number): Sha256 {
    return digestOf(frontierAt(this.#bytes, size).root());
  }
}

/** The tree of the first so many leaves. */
export function frontierAt(leaves: Buffer, size: number): TreeFrontier {
  const frontier = new TreeFrontier();
  frontier.appendAll(leaves.subarray(0, size * HASH_BYTES));
  return frontier;
}
