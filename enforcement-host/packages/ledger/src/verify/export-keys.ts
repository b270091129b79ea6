import type { SigningEpoch } from '../record/chain.js';
import { CheckpointVerifier, keyEpochPayload } from '../record/checkpoint.js';
import { parseEntry } from '../record/line.js';
import type { RedactedRecord } from '../record/redacted.js';

/** The keys of a ledger from its genesis on, each signed by the one before. */
export class KeyChain {
  readonly #epochs: { readonly seq: number; readonly signing: SigningEpoch }[] = [];
  readonly #log: string;
  #verifier: CheckpointVerifier | undefined;
  #genesisLine = '';

  constructor(log: string) {
    this.#log = log;
  }

  /** The line of the genesis. */
  get genesisLine(): string {
    return this.#genesisLine;
  }

  /** Thumbprint of the key that the genesis names. */
  get genesisKid(): string | undefined {
    const first = this.#epochs[0];
    return first && new CheckpointVerifier(first.signing.key).kid;
  }

  /** Takes the line of the genesis, then of each `key_epoch`, or says why it is not the next. */
  add(line: string): string | undefined {
    const parsed = parseEntry({ line: Buffer.from(line), disclosures: undefined });
    if ('code' in parsed) return parsed.message;
    const { record } = parsed;
    if (record.log !== this.#log) return 'a key is of another ledger';
    if (this.#epochs.length === 0) return this.#addGenesis(record, line);
    return record.type === 'key_epoch' ? this.#addEpoch(record) : 'it is no change of keys';
  }

  /** Who signs what stands before the record `seq`. */
  before(seq: number): SigningEpoch | undefined {
    return this.#epochs.findLast((epoch) => epoch.seq < seq)?.signing;
  }

  #addGenesis(record: RedactedRecord, line: string): string | undefined {
    if (record.type !== 'genesis' || record.seq !== 0) return 'the first key is not a genesis';
    const key = record.body.checkpointKey;
    if (!key) return 'the genesis names no key';
    this.#genesisLine = line;
    return this.#take({ epoch: 0, key, since: record.ts }, 0);
  }

  #addEpoch(record: Extract<RedactedRecord, { type: 'key_epoch' }>): string | undefined {
    const { epoch, key, signatures } = record.body;
    const last = this.#epochs.at(-1);
    if (!last || epoch !== last.signing.epoch + 1 || record.seq <= last.seq) {
      return `epoch ${epoch} is not the next one`;
    }
    const payload = keyEpochPayload(record, { epoch, key });
    const problem =
      this.#verifier?.problemOf('keyEpoch', signatures.old, payload) ??
      this.#take({ epoch, key, since: record.ts }, record.seq);
    return problem ?? this.#verifier?.problemOf('keyEpoch', signatures.new, payload);
  }

  #take(signing: SigningEpoch, seq: number): string | undefined {
    try {
      this.#verifier = new CheckpointVerifier(signing.key);
    } catch {
      return 'a key is not a point of P-256';
    }
    this.#epochs.push({ seq, signing });
    return undefined;
  }
}
