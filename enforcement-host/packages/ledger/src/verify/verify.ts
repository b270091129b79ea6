import { openForReading } from '../store/file.js';
import type { LedgerHead } from '../ledger.js';
import { OrderRules } from '../record/order.js';
import type { LedgerRecord } from '../record/records.js';
import { scanLedger, type Located, type ScanPosition, type ScanResult } from '../store/scan.js';
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

export interface VerifyOptions {
  /** `export` must end in a checkpoint; the live `ledger` may have records that none covers yet. */
  readonly mode: 'ledger' | 'export';
  /** A head known from outside the file. */
  readonly anchor?: LedgerHead;
  /** RFC 7638 thumbprint of the checkpoint key, known from outside the file. */
  readonly trustRoot?: string;
  readonly signal?: AbortSignal;
  /** Called every 10,000 records. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

interface Finding {
  readonly code: InvalidCode;
  readonly message: string;
}

const PROGRESS_RECORDS = 10_000;

/**
 * Verifies a ledger or an export: every line strict, canonical and closed, every hash and link,
 * every signed checkpoint, the order that gives records their meaning, and the anchor. Reads once;
 * memory holds the ids of decisions, passes and intents, not the records.
 *
 * @throws LedgerError `LEDGER_UNREADABLE`; TypeError for an empty anchor; the signal's reason when aborted. A finding about the
 * content is never thrown.
 */
export async function verifyLedgerFile(
  path: string,
  options: VerifyOptions,
): Promise<VerifyReport> {
  if (options.anchor !== undefined && !(options.anchor.size > 0)) {
    throw new TypeError('expected the anchor to cover at least one record');
  }
  const handle = await openForReading(path);
  try {
    const { size: totalBytes } = await handle.stat();
    const order = new OrderRules();
    const scan = await scanLedger<Finding>(handle, {
      end: totalBytes,
      signal: options.signal,
      onRecord: (record, at) => {
        reportProgress(at, totalBytes, options);
        return order.check(record) ?? checkTrust(record, at, options);
      },
    });
    return conclude(scan, order, options);
  } finally {
    await handle.close();
  }
}

function reportProgress(
  { chain, bytes }: ScanPosition,
  totalBytes: number,
  options: VerifyOptions,
): void {
  if (chain.size % PROGRESS_RECORDS !== 0) return;
  options.onProgress?.({ records: chain.size, bytes, totalBytes });
}

function checkTrust(
  record: LedgerRecord,
  { chain }: ScanPosition,
  { anchor, trustRoot }: VerifyOptions,
): Finding | undefined {
  if (record.seq === 0 && trustRoot !== undefined && chain.checkpointKid !== trustRoot) {
    const message = `the checkpoint key is ${chain.checkpointKid ?? 'absent'}, not ${trustRoot}`;
    return { code: 'TRUST_ROOT_MISMATCH', message };
  }
  if (anchor === undefined) return undefined;
  if (record.log !== anchor.log) {
    return { code: 'ANCHOR_MISMATCH', message: `this is not the ledger ${anchor.log}` };
  }
  if (chain.size === anchor.size && chain.head !== anchor.head) {
    return { code: 'ANCHOR_MISMATCH', message: 'the anchor has another hash for this record' };
  }
  return undefined;
}

type Conclusion = Pick<VerifyReport, 'verdict' | 'code' | 'seq' | 'message' | 'cannotExclude'>;

function conclude(
  scan: ScanResult<Finding>,
  order: OrderRules,
  options: VerifyOptions,
): VerifyReport {
  const { log, size, head, unsigned } = scan.chain;
  return {
    ...(faultOf(scan, options) ?? gapOf(scan, options) ?? validity(scan, options)),
    log,
    size,
    head,
    unsigned,
    danglingIntents: order.openIntents,
  };
}

function faultOf(
  { fault, chain }: ScanResult<Finding>,
  { anchor }: VerifyOptions,
): Conclusion | undefined {
  if (fault) return invalid(fault);
  if (anchor === undefined || chain.size >= anchor.size) return undefined;
  const message = `the anchor covers ${anchor.size} records, the file has ${chain.size}`;
  return invalid({ code: 'TRUNCATED', seq: chain.size, message });
}

function gapOf(
  { chain, torn }: ScanResult<Finding>,
  { mode }: VerifyOptions,
): Conclusion | undefined {
  if (torn.length > 0) {
    return incomplete('TORN_TAIL', chain.size, `the last line is unfinished: ${torn.length} bytes`);
  }
  if (chain.size === 0) return incomplete('EMPTY', 0, 'the file has no records');
  if (mode === 'ledger' || chain.unsigned === 0) return undefined;
  const message = `no checkpoint covers the last ${chain.unsigned} records`;
  return incomplete('UNSIGNED_TAIL', chain.size - chain.unsigned, message);
}

function validity({ chain }: ScanResult<Finding>, options: VerifyOptions): Conclusion {
  const { anchor, trustRoot } = options;
  const cannotExclude = whatRemains({
    size: chain.size,
    unsigned: chain.unsigned,
    isSigned: chain.checkpointKid !== undefined,
    hasTrustRoot: trustRoot !== undefined,
    anchored: anchor?.size ?? 0,
  });
  return anchor === undefined
    ? {
        verdict: 'VALID_UNANCHORED',
        message: `${chain.size} records are intact; nothing outside the file confirms them`,
        cannotExclude,
      }
    : {
        verdict: 'VALID_ANCHORED',
        message: `${chain.size} records are intact; an anchor confirms the first ${anchor.size}`,
        cannotExclude,
      };
}

function invalid({ code, seq, message }: Located<Finding>): Conclusion {
  return { verdict: 'INVALID', code, seq, message, cannotExclude: [] };
}

function incomplete(code: IncompleteCode, seq: number, message: string): Conclusion {
  return { verdict: 'INCOMPLETE', code, seq, message, cannotExclude: [] };
}
