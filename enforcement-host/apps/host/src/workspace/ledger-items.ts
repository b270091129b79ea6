import { canonicalize } from '@axtary/core';
import type { LedgerRecord } from '@axtary/ledger';
import type { LedgerItem } from '@axtary/protocol';

const MAX_REMEMBERED = 10_000;

/** Turns ledger records into what lists show, in the order of the ledger. */
export class LedgerItems {
  // An outcome names its intent only; lists group by decision.
  readonly #decisionOfIntent = new Map<string, string>();

  of(record: LedgerRecord): LedgerItem {
    return {
      seq: record.seq,
      time: record.ts,
      type: record.type,
      rules: [],
      line: canonicalize(record),
      ...this.#describe(record),
    };
  }

  #describe(record: LedgerRecord): Pick<LedgerItem, 'title'> & Partial<LedgerItem> {
    switch (record.type) {
      case 'decision':
        return describeDecision(record.body);
      case 'approval':
        return describeApproval(record.body);
      case 'pass':
        return { title: 'Pass issued', decisionId: record.body.decisionId };
      case 'intent': {
        const { intentId, decisionId, tool, resource } = record.body;
        this.#remember(intentId, decisionId);
        return { title: 'About to execute', decisionId, tool, resource };
      }
      case 'outcome':
        return this.#describeOutcome(record.body);
      case 'reconciliation':
        return this.#describeReconciliation(record.body);
      default:
        return { title: describeOther(record) };
    }
  }

  #describeOutcome({
    intentId,
    status,
    error,
  }: OutcomeBody): Pick<LedgerItem, 'title'> & Partial<LedgerItem> {
    const decisionId = this.#decisionOfIntent.get(intentId);
    const why = error ? `: ${error.message}` : '';
    return { title: `Outcome: ${status}${why}`, status, ...(decisionId && { decisionId }) };
  }

  #describeReconciliation({
    intentId,
    outcome,
    by,
  }: BodyOf<'reconciliation'>): Pick<LedgerItem, 'title'> & Partial<LedgerItem> {
    const decisionId = this.#decisionOfIntent.get(intentId);
    const found = outcome === 'executed' ? 'it was executed' : 'it was not executed';
    return {
      title: `Reconciled by ${by}: ${found}`,
      status: 'reconciled',
      ...(decisionId && { decisionId }),
    };
  }

  #remember(intentId: string, decisionId: string): void {
    this.#decisionOfIntent.set(intentId, decisionId);
    if (this.#decisionOfIntent.size <= MAX_REMEMBERED) return;
    const oldest = this.#decisionOfIntent.keys().next();
    if (!oldest.done) this.#decisionOfIntent.delete(oldest.value);
  }
}

type BodyOf<T extends LedgerRecord['type']> = Extract<LedgerRecord, { type: T }>['body'];
type OutcomeBody = BodyOf<'outcome'>;

function describeDecision(
  body: BodyOf<'decision'>,
): Pick<LedgerItem, 'title'> & Partial<LedgerItem> {
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

function describeApproval(
  body: BodyOf<'approval'>,
): Pick<LedgerItem, 'title'> & Partial<LedgerItem> {
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
    default:
      return record.type;
  }
}
