import { canonicalize } from '@axtary/core';
import type { LedgerRecord, RecordOf } from '@axtary/ledger';
import type { LedgerItem, LedgerRow } from '@axtary/protocol';

const MAX_REMEMBERED = 10_000;

/** What a record says of itself, for lists. */
type Described = Pick<LedgerItem, 'title'> & Partial<Omit<LedgerItem, 'seq' | 'time' | 'type'>>;

/** Turns ledger records into what lists show, in the order of the ledger. */
export class LedgerItems {
  // An outcome names its intent only; lists group by decision.
  readonly #decisionOfIntent = new Map<string, string>();

  of(record: LedgerRecord): LedgerItem {
    if (record.type === 'intent') this.#remember(record.body);
    const decisionId = this.#decisionIdOf(record);
    const line = canonicalize(record);
    return { ...placeOf(record), line, ...(decisionId && { decisionId }), ...describe(record) };
  }

  #remember({ intentId, decisionId }: BodyOf<'intent'>): void {
    this.#decisionOfIntent.set(intentId, decisionId);
    if (this.#decisionOfIntent.size <= MAX_REMEMBERED) return;
    const oldest = this.#decisionOfIntent.keys().next();
    if (!oldest.done) this.#decisionOfIntent.delete(oldest.value);
  }

  #decisionIdOf({ body }: LedgerRecord): string | undefined {
    return 'intentId' in body ? this.#decisionOfIntent.get(body.intentId) : undefined;
  }
}

/** A record in a list, with what the decision that began its call says of the call. */
export function ledgerRow(record: LedgerRecord, decision?: RecordOf<'decision'>): LedgerRow {
  const begun = record.type === 'decision' ? record : decision;
  return { ...placeOf(record), ...(begun && describeCall(begun.body)), ...describe(record) };
}

function placeOf({
  seq,
  ts,
  type,
}: LedgerRecord): Pick<LedgerItem, 'seq' | 'time' | 'type' | 'rules'> {
  return { seq, time: ts, type, rules: [] };
}

function describeCall({ decisionId, action }: BodyOf<'decision'>): Partial<LedgerRow> {
  if (!action) return { decisionId };
  const { actor, intent, capability } = action;
  const { tool, resource } = capability;
  const { agent, human } = actor;
  return { decisionId, tool, resource, agent, human, task: intent.task };
}

function describe(record: LedgerRecord): Described {
  switch (record.type) {
    case 'decision':
      return describeDecision(record.body);
    case 'approval':
      return describeApproval(record.body);
    case 'pass':
      return { title: 'Pass issued', decisionId: record.body.decisionId };
    case 'intent': {
      const { decisionId, tool, resource } = record.body;
      return { title: 'About to execute', decisionId, tool, resource };
    }
    case 'outcome': {
      const { status, error } = record.body;
      return { title: `Outcome: ${status}${error ? `: ${error.message}` : ''}`, status };
    }
    case 'reconciliation': {
      const { outcome, by } = record.body;
      const found = outcome === 'executed' ? 'it was executed' : 'it was not executed';
      return { title: `Reconciled by ${by}: ${found}`, status: 'reconciled' };
    }
    default:
      return { title: describeOther(record) };
  }
}

type BodyOf<T extends LedgerRecord['type']> = RecordOf<T>['body'];

function describeDecision(body: BodyOf<'decision'>): Described {
  const capability = body.action?.capability;
  return {
    title: `${titleOfDecision(body)}${shadowTitle(body)}`,
    decisionId: body.decisionId,
    verdict: body.verdict,
    rules: body.reasons.map(({ rule }) => rule),
    ...(capability && { tool: capability.tool, resource: capability.resource }),
    ...(body.action && { agent: body.action.actor.agent }),
  };
}

/** A decision in one line. */
export function titleOfDecision({
  verdict,
  action,
}: Pick<BodyOf<'decision'>, 'verdict' | 'action'>): string {
  return `${VERDICT_TITLE[verdict]}: ${action?.capability.resource ?? 'a malformed call'}`;
}

function shadowTitle({ verdict, reasons, shadow }: BodyOf<'decision'>): string {
  if (!shadow || shadow.decision === verdict) return '';
  const known = new Set(reasons.map(({ rule }) => rule));
  const rules = shadow.reasons.map(({ rule }) => rule).filter((rule) => !known.has(rule));
  return ` (${SHADOW_TITLE[shadow.decision]} ${rules.join(', ') || 'the rules on trial'})`;
}

const SHADOW_TITLE = {
  allow: 'would be allowed by',
  deny: 'would be denied by',
  step_up: 'would need an approval by',
} as const;

const VERDICT_TITLE = { allow: 'Allowed', deny: 'Denied', step_up: 'Approval required' } as const;

function describeApproval(body: BodyOf<'approval'>): Described {
  const { decisionId } = body;
  return 'artifact' in body
    ? { title: `Approved by ${body.artifact.approvedBy}`, decisionId, status: 'approved' }
    : { title: `Denied by ${body.denied.by}`, decisionId, status: 'denied' };
}

function describeRevocation(body: BodyOf<'revocation'>): string {
  if ('lifted' in body) return `Revocation lifted by ${body.by}: ${body.reason}`;
  const what = body.kind === 'all' ? 'everything' : `${body.kind} ${body.value}`;
  return `Revoked by ${body.by}: ${what}: ${body.reason}`;
}

function describeOther(record: LedgerRecord): string {
  switch (record.type) {
    case 'genesis':
      return 'Ledger begins';
    case 'key':
      return `Key of ${record.body.name} (${record.body.purpose})`;
    case 'policy_change':
      return `Policy trusted by ${record.body.trustedBy}`;
    case 'recovery':
      return `Recovered: ${record.body.droppedBytes} unfinished bytes cut off`;
    case 'revocation':
      return describeRevocation(record.body);
    case 'checkpoint':
      return 'Signed checkpoint';
    case 'tool_pinned': {
      const { server, tool, previousHash } = record.body;
      return `${previousHash ? 'Tool changed' : 'Tool first seen'}: ${server}/${tool}`;
    }
    case 'key_epoch':
      return `Checkpoints are signed by key ${record.body.epoch + 1} from here on`;
    case 'gap':
      return `Accepted by ${record.body.acceptedBy}: the ledger kept before is ${record.body.reason}`;
    case 'clock_anomaly':
      return describeClock(record.body);
    default:
      return record.type;
  }
}

function describeClock({ kind, byMs }: BodyOf<'clock_anomaly'>): string {
  const seconds = Math.round(byMs / 1000);
  return kind === 'backwards'
    ? `The clock went back by ${seconds} s`
    : `The clock went on by ${seconds} s more than the machine ran`;
}
