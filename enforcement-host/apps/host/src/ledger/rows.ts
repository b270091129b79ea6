import type { IndexedEntry, LedgerIndex, RecordOf } from '@axtary/ledger';
import type { LedgerRow } from '@axtary/protocol';

import { ledgerRow } from '../workspace/ledger-items.js';

/** The records with these sequence numbers as lists show them, in the order that was given. */
export async function rowsOf(index: LedgerIndex, seqs: Iterable<number>): Promise<LedgerRow[]> {
  const wanted = [...seqs];
  const entries = await index.records(wanted);
  const begun = [...entries.values()].flatMap(({ decision }) => decision ?? []);
  const decisions = await index.records(begun.filter((seq) => !entries.has(seq)));
  const decisionOf = ({ decision = -1 }: IndexedEntry): RecordOf<'decision'> | undefined => {
    const record = (entries.get(decision) ?? decisions.get(decision))?.record;
    return record?.type === 'decision' ? record : undefined;
  };
  return wanted.flatMap((seq) => {
    const entry = entries.get(seq);
    return entry ? [ledgerRow(entry.record, decisionOf(entry))] : [];
  });
}
