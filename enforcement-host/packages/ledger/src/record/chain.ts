import type { Sha256 } from '@axtary/core/digest';

import { digestOf, TreeFrontier } from '../merkle/tree.js';
import type { CheckpointKey } from './bodies.js';
import { checkpointPayload, CheckpointVerifier, keyEpochPayload } from './checkpoint.js';
import {
  leafHash,
  parseEntry,
  type LineFaultCode,
  type ParsedEntry,
  type RawEntry,
} from './line.js';
import type { RecordPlace } from './records.js';
import type { RedactedRecord } from './redacted.js';

/** `prev` of the genesis. */
export const GENESIS_PREV: Sha256 = `sha256:${'0'.repeat(64)}`;

/** What makes a file not a ledger. */
export type ChainFaultCode =
  | LineFaultCode
  | 'CHECKPOINT_INVALID'
  | 'CLOCK_UNRECORDED'
  | 'DISCLOSURE_MISSING'
  | 'GENESIS_MISPLACED'
  | 'KEY_EPOCH_INVALID'
  | 'LOG_MISMATCH'
  | 'PREV_MISMATCH'
  | 'SEQ_MISMATCH'
  | 'TIME_REVERSED';

/** Why a line is not the next record. A finding about a hostile file, so a value. */
export interface ChainFault {
  readonly code: ChainFaultCode;
  readonly message: string;
}

/** What of the record before decides about the next one. */
export type LastPlace = Pick<RecordPlace, 'boot' | 'mono' | 'ts'>;

/** The key that signs checkpoints at some place of a chain. */
export interface SigningEpoch {
  /** 0 for the key of the genesis. */
  readonly epoch: number;
  readonly key: CheckpointKey;
  /** `ts` of the record that names the key. */
  readonly since: string;
}

/** Where a chain can be taken up again without reading what is before. */
export interface ChainState {
  readonly log: string;
  readonly size: number;
  readonly head: Sha256;
  readonly last: LastPlace | undefined;
  /** Records after the last checkpoint. */
  readonly unsigned: number;
  readonly tree: TreeFrontier;
  /** Absent where nothing signs. */
  readonly signing: SigningEpoch | undefined;
}

export interface ChainOptions {
  /** Where to begin; at the genesis by default. */
  readonly from?: ChainState;
  /** Whether sealed members may be kept back, as in a redacted export. Default: no. */
  readonly mayHide?: boolean;
}

/** Where a chain stands before its genesis. */
export function nothingYet(): ChainState {
  const place = { log: '', size: 0, head: GENESIS_PREV, last: undefined };
  return { ...place, unsigned: 0, tree: new TreeFrontier(), signing: undefined };
}

/** Follows a chain, one record at a time. */
export class Chain {
  readonly #mayHide: boolean;
  readonly #tree: TreeFrontier;
  #log: string;
  #size: number;
  #head: Sha256;
  #last: LastPlace | undefined;
  #unsigned: number;
  #signing: SigningEpoch | undefined;
  #verifier: CheckpointVerifier | undefined;

  constructor({ from = nothingYet(), mayHide = false }: ChainOptions = {}) {
    this.#mayHide = mayHide;
    this.#log = from.log;
    this.#size = from.size;
    this.#head = from.head;
    this.#last = from.last;
    this.#unsigned = from.unsigned;
    this.#tree = from.tree.clone();
    this.#signing = from.signing;
    this.#verifier = from.signing && new CheckpointVerifier(from.signing.key);
  }

  /** The ledger's id; empty before the genesis. */
  get log(): string {
    return this.#log;
  }
  /** Number of records accepted. */
  get size(): number {
    return this.#size;
  }
  get head(): Sha256 {
    return this.#head;
  }
  /** Records after the last checkpoint. */
  get unsigned(): number {
    return this.#unsigned;
  }
  /** The key that must sign the next checkpoint, if one can. */
  get signing(): SigningEpoch | undefined {
    return this.#signing;
  }
  /** RFC 7638 thumbprint of that key. */
  get checkpointKid(): string | undefined {
    return this.#verifier?.kid;
  }
  /** Tree hash of the records accepted, RFC 6962 section 2.1. */
  root(): Sha256 {
    return digestOf(this.#tree.root());
  }

  /** A copy of where this chain stands. */
  state(): ChainState {
    return {
      log: this.#log,
      size: this.#size,
      head: this.#head,
      last: this.#last,
      unsigned: this.#unsigned,
      tree: this.#tree.clone(),
      signing: this.#signing,
    };
  }

  /** Takes the next record, or says why it is not the next; then nothing has changed. */
  accept(entry: RawEntry): ParsedEntry | ChainFault {
    const parsed = parseEntry(entry);
    if ('code' in parsed) return parsed;
    if (parsed.hidden > 0 && !this.#mayHide) {
      return { code: 'DISCLOSURE_MISSING', message: 'sealed members of the record are missing' };
    }
    const { record } = parsed;
    const fault = this.#checkPlace(record) ?? this.#checkClock(record) ?? this.#checkType(record);
    if (fault !== undefined) return fault;
    this.#advance(parsed);
    return parsed;
  }

  #advance({ record, line }: ParsedEntry): void {
    const leaf = leafHash(line);
    this.#tree.appendDigest(leaf);
    this.#log = record.log;
    this.#size++;
    this.#head = leaf;
    this.#last = { boot: record.boot, mono: record.mono, ts: record.ts };
    this.#unsigned = record.type === 'checkpoint' ? 0 : this.#unsigned + 1;
  }

  #checkPlace(record: RedactedRecord): ChainFault | undefined {
    if (record.seq !== this.#size) {
      const message = `expected sequence number ${this.#size}, got ${record.seq}`;
      return { code: 'SEQ_MISMATCH', message };
    }
    if (this.#size > 0 && record.log !== this.#log) {
      return { code: 'LOG_MISMATCH', message: 'the record belongs to another ledger' };
    }
    if (record.prev !== this.#head) {
      const message = 'the hash of the record before differs: it, or this link, was changed';
      return { code: 'PREV_MISMATCH', message };
    }
    if ((record.type === 'genesis') !== (record.seq === 0)) {
      return { code: 'GENESIS_MISPLACED', message: 'the genesis must be the first record, once' };
    }
    return undefined;
  }

  #checkClock(record: RedactedRecord): ChainFault | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    if (record.boot === last.boot && record.mono < last.mono) {
      return { code: 'TIME_REVERSED', message: 'the monotonic clock of one process went back' };
    }
    const isSaid = record.type === 'clock_anomaly';
    if (isSaid ? record.body.before === last.ts : record.ts >= last.ts) return undefined;
    const message =
      'the time of the record is before the last one, and nothing says that it went back';
    return { code: 'CLOCK_UNRECORDED', message };
  }

  #checkType(record: RedactedRecord): ChainFault | undefined {
    switch (record.type) {
      case 'genesis': {
        const key = record.body.checkpointKey;
        const problem = key && this.#takeKey({ epoch: 0, key, since: record.ts });
        return problem === undefined ? undefined : { code: 'CHECKPOINT_INVALID', message: problem };
      }
      case 'checkpoint': {
        const problem = this.#checkpointProblem(record, record.body.jws);
        return problem === undefined ? undefined : { code: 'CHECKPOINT_INVALID', message: problem };
      }
      case 'key_epoch': {
        const problem = this.#epochProblem(record);
        return problem === undefined ? undefined : { code: 'KEY_EPOCH_INVALID', message: problem };
      }
      default:
        return undefined;
    }
  }

  #checkpointProblem(place: RecordPlace, jws: string): string | undefined {
    if (this.#verifier === undefined) return 'the genesis names no key for checkpoints';
    return this.#verifier.problemOf('checkpoint', jws, checkpointPayload(place, this.root()));
  }

  #epochProblem(record: Extract<RedactedRecord, { type: 'key_epoch' }>): string | undefined {
    const { epoch, key, signatures } = record.body;
    const old = this.#verifier;
    if (old === undefined) return 'the genesis names no key for checkpoints';
    if (epoch !== (this.#signing?.epoch ?? 0) + 1) return `epoch ${epoch} is not the next one`;
    const payload = keyEpochPayload(record, { epoch, key });
    const problem = old.problemOf('keyEpoch', signatures.old, payload);
    if (problem !== undefined) return `by the key before: ${problem}`;
    return this.#takeKey({ epoch, key, since: record.ts }, (verifier) =>
      verifier.kid === old.kid
        ? 'the key is the one before'
        : verifier.problemOf('keyEpoch', signatures.new, payload),
    );
  }

  #takeKey(
    signing: SigningEpoch,
    problemOf: (verifier: CheckpointVerifier) => string | undefined = () => undefined,
  ): string | undefined {
    let verifier;
    try {
      verifier = new CheckpointVerifier(signing.key);
    } catch {
      return 'the key for checkpoints is not a point of P-256';
    }
    const problem = problemOf(verifier);
    if (problem !== undefined) return problem;
    this.#verifier = verifier;
    this.#signing = signing;
    return undefined;
  }
}
