import type { LedgerEvent } from './ledger-event.js';

/** How much an event should be noticed. */
export type Severity = 'informational' | 'low' | 'medium' | 'high';

export function severityOf({ record, verdict, outcome }: LedgerEvent): Severity {
  if (record.type === 'gap') return 'high';
  if (record.type === 'clock_anomaly' || record.type === 'recovery') return 'medium';
  if (record.type === 'revocation' || verdict === 'deny') return 'medium';
  if (record.type === 'outcome' && outcome !== 'success') return 'medium';
  return verdict === 'step_up' || record.type === 'approval' ? 'low' : 'informational';
}
