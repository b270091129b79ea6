import type { LedgerRecord } from '../record/records.js';
import type { CallFacts } from './call-facts.js';

const VERDICTS = { allow: 'allowed', deny: 'denied', step_up: 'approval required' } as const;

/** What a record says, in one line for people. */
export function messageOfRecord(record: LedgerRecord, call: CallFacts): string {
  const what = call.resource ?? call.tool ?? 'a call';
  switch (record.type) {
    case 'decision': {
      const why = record.body.reasons.map(({ message }) => message).join('; ');
      return `${what} ${VERDICTS[record.body.verdict]}: ${why}`;
    }
    case 'approval':
      return 'artifact' in record.body
        ? `${what} approved by ${record.body.artifact.approvedBy}`
        : `${what} denied by ${record.body.denied.by}`;
    case 'pass':
      return `pass issued for ${what}`;
    case 'intent':
      return `about to execute ${what}`;
    case 'outcome': {
      const { status, error } = record.body;
      return `${what} ${status}${error ? `: ${error.message}` : ''}`;
    }
    case 'reconciliation':
      return `outcome of ${what} reconciled by ${record.body.by}: ${record.body.outcome}`;
    default:
      return messageOfOther(record);
  }
}

function messageOfOther(record: LedgerRecord): string {
  switch (record.type) {
    case 'policy_change':
      return `policy trusted by ${record.body.trustedBy}`;
    case 'key':
      return `key of ${record.body.name} for ${record.body.purpose}`;
    case 'revocation':
      return 'lifted' in record.body
        ? `revocation lifted by ${record.body.by}`
        : `${record.body.kind} revoked by ${record.body.by}: ${record.body.reason}`;
    case 'gap':
      return `a ledger that is ${record.body.reason} was accepted by ${record.body.acceptedBy}`;
    case 'clock_anomaly':
      return `the clock: ${record.body.kind}, ${record.body.byMs} ms`;
    case 'tool_pinned':
      return `definition of ${record.body.server}/${record.body.tool}`;
    case 'recovery':
      return `${record.body.droppedBytes} unfinished bytes cut off`;
    default:
      return record.type.replace('_', ' ');
  }
}
