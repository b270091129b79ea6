import type { LedgerHead } from '../ledger.js';
import { Chain, type ChainOptions } from '../record/chain.js';
import type { ParsedEntry } from '../record/line.js';
import { OrderRules } from '../record/order.js';
import type { Disclosure } from '../record/seal.js';
import type { Located } from '../store/scan.js';
import { KnownStates, type KnownState } from './known-states.js';
import {
  whatRemains,
  type IncompleteCode,
  type InvalidCode,
  type VerifyReport,
} from './verdict.js';

export interface VerifyProgress {
  readonly records: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** Disclosures by the sequence number of their record. */
export type OpenedMembers = ReadonlyMap<number, readonly Disclosure[]>;

export interface VerifyOptions {
  /** What is known of the ledger from outside: heads that were kept, anchors. */
  readonly anchors?: readonly KnownState[];
  /** RFC 7638 thumbprint of the key that the genesis names, known from outside. */
  readonly trustRoot?: string;
  /** Sealed members that an export keeps back, and that were opened since. */
  readonly opened?: OpenedMembers;
  readonly signal?: AbortSignal;
  /** Called every 10,000 records. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface Finding {
  readonly code: InvalidCode;
  readonly message: string;
}

export type Conclusion = Pick<
  VerifyReport,
  'verdict' | 'code' | 'seq' | 'message' | 'cannotExclude'
>;

const PROGRESS_RECORDS = 10_000;

/** A verification under way: the chain, the order of records, and what is known from outside. */
export class Verification {
  readonly chain: Chain;
  readonly known: KnownStates;
  readonly #order: OrderRules;
  readonly #options: VerifyOptions;
  readonly #isPart: boolean;
  #records = 0;
  /** Records at which progress was told last. */
  #told = 0;
  #hidden = 0;
  #genesisKid: string | undefined;

  /**
   * @param isPart whether records that others refer to may be missing.
   * @throws TypeError for an anchor that says nothing.
   */
  constructor(options: VerifyOptions, chain: ChainOptions = {}, isPart = false) {
    this.#options = options;
    this.#isPart = isPart;
    this.#order = new OrderRules(isPart);
    this.chain = new Chain(chain);
    this.known = new KnownStates(options.anchors ?? []);
  }

  /** Takes a record that its chain, or a proof, has accepted. */
  note({ record, hidden }: ParsedEntry): Finding | undefined {
    this.#records++;
    this.#hidden += hidden;
    return this.#order.check(record);
  }

  /** Compares the records so far with what is known from outside. */
  compare(): Finding | undefined {
    const { chain } = this;
    if (chain.size === 1) {
      const finding = this.takeGenesisKey(chain.checkpointKid) ?? this.known.checkLog(chain.log);
      if (finding) return finding;
    }
    return this.known.has(chain.size)
      ? this.known.check(chain.size, chain.head, () => chain.root())
      : undefined;
  }

  /** Compares the key of the genesis with the trust root. */
  takeGenesisKey(kid: string | undefined): Finding | undefined {
    this.#genesisKid = kid;
    const { trustRoot } = this.#options;
    if (trustRoot === undefined || kid === trustRoot) return undefined;
    const message = `the checkpoint key is ${kid ?? 'absent'}, not ${trustRoot}`;
    return { code: 'TRUST_ROOT_MISMATCH', message };
  }

  progress(bytes: number, totalBytes: number): void {
    if (this.#records % PROGRESS_RECORDS !== 0 || this.#records === this.#told) return;
    this.#told = this.#records;
    this.#options.onProgress?.({ records: this.#records, bytes, totalBytes });
  }

  get records(): number {
    return this.#records;
  }

  get hidden(): number {
    return this.#hidden;
  }

  /** What the anchors say of a ledger that is intact for so many records. */
  truncation(size: number): Conclusion | undefined {
    const largest = this.known.largest;
    if (largest === undefined || size >= largest.size) return undefined;
    const message = `the anchor covers ${largest.size} records, the file has ${size}`;
    return invalid({ code: 'TRUNCATED', seq: size, message });
  }

  /** What can be said of an intact ledger, or part of one, of `size` records. */
  validity(size: number, unsigned: number): Conclusion {
    const { confirmed } = this.known;
    const cannotExclude = whatRemains({
      size,
      unsigned,
      isSigned: this.#genesisKid !== undefined,
      hasTrustRoot: this.#options.trustRoot !== undefined,
      anchored: confirmed?.size ?? 0,
      isPart: this.#isPart,
      hidden: this.#hidden,
    });
    const intact = `${this.#records} records are intact`;
    return confirmed === undefined
      ? {
          verdict: 'VALID_UNANCHORED',
          message: `${intact}; nothing outside the file confirms them`,
          cannotExclude,
        }
      : {
          verdict: 'VALID_ANCHORED',
          message: `${intact}; an anchor confirms the first ${confirmed.size}`,
          cannotExclude,
        };
  }

  /** @param place the end that was verified; that of the chain by default. */
  report(conclusion: Conclusion, place: LedgerHead = this.chain): VerifyReport {
    const { confirmed } = this.known;
    return {
      ...conclusion,
      log: place.log,
      size: place.size,
      head: place.head,
      records: this.#records,
      unsigned: this.chain.unsigned,
      danglingIntents: this.#order.openIntents,
      hidden: this.#hidden,
      ...(this.#genesisKid !== undefined && { genesisKid: this.#genesisKid }),
      ...(confirmed &&
        conclusion.verdict === 'VALID_ANCHORED' && { anchoredBy: placeOf(confirmed) }),
    };
  }
}

function placeOf({ size, by, at }: KnownState): NonNullable<VerifyReport['anchoredBy']> {
  return { size, ...(by !== undefined && { by }), ...(at !== undefined && { at }) };
}

export function invalid({ code, seq, message }: Located<Finding>): Conclusion {
  return { verdict: 'INVALID', code, seq, message, cannotExclude: [] };
}

export function incomplete(code: IncompleteCode, seq: number, message: string): Conclusion {
  return { verdict: 'INCOMPLETE', code, seq, message, cannotExclude: [] };
}
