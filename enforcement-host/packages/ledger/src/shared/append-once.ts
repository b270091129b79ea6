import type { PreparedEntry } from '../record/prepare.js';
import type { LedgerRecord } from '../record/records.js';
import { appendPrepared, type LocalJsonlLedger } from '../store/local-ledger.js';
import type { RecentRecords } from './recent-records.js';

/**
 * Appends what is not among the recent records. Where a crash left only the first of an append's
 * records, the others follow now: what the ledger recorded of the crash is between them.
 *
 * @param recent absent for what was never sent to a writer.
 */
export async function appendOnce(
  ledger: LocalJsonlLedger,
  entries: readonly PreparedEntry[],
  recent: RecentRecords | undefined,
): Promise<readonly LedgerRecord[]> {
  const found = recent?.take(entries) ?? [];
  if (found.length > 0 && found.length === entries.length) return found;
  const appended = await appendPrepared(ledger, entries.slice(found.length));
  return [...found, ...appended];
}
