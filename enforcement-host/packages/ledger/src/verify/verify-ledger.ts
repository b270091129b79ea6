import type { FileHandle } from 'node:fs/promises';

import { openForReading } from '../store/file.js';
import { scanFile, type ScanResult } from '../store/scan.js';
import { openLedger } from '../store/read-ledger.js';
import type { VerifyReport } from './verdict.js';
import {
  incomplete,
  invalid,
  Verification,
  type Conclusion,
  type Finding,
  type VerifyOptions,
} from './verification.js';

/**
 * Verifies a ledger with all its segments: every line strict, canonical and closed, every hash and
 * link, every sealed member, every signed checkpoint and key, the order that gives records their
 * meaning, and what is known of it from outside. Reads once; memory holds the ids of decisions,
 * passes and intents, not the records. It may be in use.
 *
 * @throws LedgerError `LEDGER_UNREADABLE`; TypeError for an empty anchor; the signal's reason when
 * aborted. A finding about the content is never thrown.
 */
export async function verifyLedger(
  path: string,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const verification = new Verification(options);
  const { active, segments } = await openLedger(path);
  try {
    const files = await openAll(segments.map(({ file }) => file));
    try {
      const isSealed = !active || (await isAmong(active, files));
      const parts = isSealed ? files : [...files, active];
      return verification.report(await verifyParts(parts, verification, options));
    } finally {
      await Promise.all(files.map((file) => file.close()));
    }
  } finally {
    await active?.close();
  }
}

async function openAll(paths: readonly string[]): Promise<readonly FileHandle[]> {
  const files: FileHandle[] = [];
  try {
    for (const path of paths) files.push(await openForReading(path));
    return files;
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

/** Whether the file that was written has been sealed between opening it and listing the segments. */
async function isAmong(active: FileHandle, files: readonly FileHandle[]): Promise<boolean> {
  const { ino, dev } = await active.stat();
  const stats = await Promise.all(files.map((file) => file.stat()));
  return stats.some((stat) => stat.ino === ino && stat.dev === dev);
}

async function verifyParts(
  parts: readonly FileHandle[],
  verification: Verification,
  { signal }: VerifyOptions,
): Promise<Conclusion> {
  const sizes = await Promise.all(parts.map(async (part) => (await part.stat()).size));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  let last: ScanResult<Finding> | undefined;
  for (const [n, part] of parts.entries()) {
    const end = sizes[n] ?? 0;
    last = await scanFile<Finding>(part, verification.chain, {
      end,
      signal,
      onRecord: (entry) => {
        verification.progress(done + entry.offset, totalBytes);
        return verification.note(entry) ?? verification.compare();
      },
    });
    if (last.fault) return invalid(last.fault);
    if (last.torn.length > 0 && n < parts.length - 1) {
      const message = 'a sealed segment ends in an unfinished line';
      return invalid({ code: 'MALFORMED', seq: verification.chain.size, message });
    }
    done += end;
  }
  return conclude(verification, last?.torn.length ?? 0);
}

function conclude(verification: Verification, tornBytes: number): Conclusion {
  const { size, unsigned } = verification.chain;
  const truncation = verification.truncation(size);
  if (truncation) return truncation;
  if (tornBytes > 0) {
    return incomplete('TORN_TAIL', size, `the last line is unfinished: ${tornBytes} bytes`);
  }
  if (size === 0) return incomplete('EMPTY', 0, 'the file has no records');
  return verification.validity(size, unsigned);
}
