import type { LedgerHead } from '../ledger.js';
import type { ChainFaultCode } from '../record/chain.js';
import type { OrderFaultCode } from '../record/order.js';

/** What a verification found. There is no bare "valid": what remains possible is always said. */
export type VerifyVerdict = 'VALID_ANCHORED' | 'VALID_UNANCHORED' | 'INVALID' | 'INCOMPLETE';

/** Exit codes of commands that verify. */
export const VERDICT_EXIT_CODES = {
  VALID_ANCHORED: 0,
  INVALID: 1,
  VALID_UNANCHORED: 3,
  INCOMPLETE: 4,
} as const satisfies Readonly<Record<VerifyVerdict, number>>;

/** What makes a file no export, beside what makes its records none. */
export type ExportFaultCode =
  | 'CONSISTENCY_INVALID'
  | 'EXPORT_MALFORMED'
  | 'INCLUSION_INVALID'
  | 'KEYS_INVALID'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_MISMATCH'
  | 'REDACTION_UNDECLARED';

/** Why a ledger or an export is `INVALID`. */
export type InvalidCode =
  | ChainFaultCode
  | OrderFaultCode
  | ExportFaultCode
  | 'ANCHOR_MISMATCH'
  | 'TRUNCATED'
  | 'TRUST_ROOT_MISMATCH';

/** Why it is `INCOMPLETE`: nothing contradicts it, but its end is missing. */
export type IncompleteCode = 'EMPTY' | 'MANIFEST_MISSING' | 'TORN_TAIL';

/** The result of verifying one ledger or export. */
export interface VerifyReport extends LedgerHead {
  readonly verdict: VerifyVerdict;
  /** Absent when valid. */
  readonly code?: InvalidCode | IncompleteCode;
  /** The first record concerned. */
  readonly seq?: number;
  readonly message: string;
  /** What this verdict cannot exclude, one clause each. */
  readonly cannotExclude: readonly string[];
  /** Records that were read. */
  readonly records: number;
  /** Records after the last checkpoint. */
  readonly unsigned: number;
  /** Intents without an outcome: whether they happened is unknown. */
  readonly danglingIntents: number;
  /** Sealed members that were kept back. */
  readonly hidden: number;
  /** Thumbprint of the key that the genesis names: what a trust root is compared with. */
  readonly genesisKid?: string;
  /** The largest state known from outside that it agrees with. */
  readonly anchoredBy?: { readonly size: number; readonly by?: string; readonly at?: string };
}

/** What limits a claim about an intact chain. */
export interface ClaimLimits {
  readonly size: number;
  readonly unsigned: number;
  readonly isSigned: boolean;
  readonly hasTrustRoot: boolean;
  /** Records that an anchor from outside covers; 0 without one. */
  readonly anchored: number;
  /** A part or a selection of a ledger. */
  readonly isPart: boolean;
  readonly hidden: number;
}

/** What cannot be excluded about a ledger whose chain is intact. */
export function whatRemains(limits: ClaimLimits): readonly string[] {
  const { size, unsigned, isSigned, hasTrustRoot, anchored, isPart, hidden } = limits;
  const writer = isSigned ? 'whoever holds the checkpoint key' : 'whoever can write the file';
  const remains = ['that something was done without being recorded'];
  if (isPart) remains.push('what the records say that are not in this export');
  if (hidden > 0) remains.push(`what the ${hidden} sealed members say that were kept back`);
  remains.push(`that records after the first ${Math.max(size, anchored)} were cut off`);
  if (anchored < size) remains.push(`that ${writer} rewrote what follows record ${anchored}`);
  if (anchored > 0) return remains;
  remains.push('that this is an older copy of the ledger, or one of several versions');
  if (!hasTrustRoot) remains.push('that the whole ledger was made anew, with another key');
  if (isSigned && unsigned > 0) {
    remains.push(`that the last ${unsigned} records, not signed yet, were changed together`);
  }
  return remains;
}
