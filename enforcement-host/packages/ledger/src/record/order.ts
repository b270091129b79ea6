import type { Sha256 } from '@axtary/core/digest';

import type { RedactedRecord } from './redacted.js';

/** What no sequence of honest records shows. */
export type OrderFaultCode =
  | 'BINDING_MISMATCH'
  | 'DECISION_MISSING'
  | 'DECISION_NOT_ALLOW'
  | 'DECISION_REPEATED'
  | 'INTENT_MISSING'
  | 'INTENT_REPEATED'
  | 'OUTCOME_NOT_UNKNOWN'
  | 'OUTCOME_REPEATED'
  | 'PASS_MISSING'
  | 'PASS_REPEATED'
  | 'PASS_REUSED';

export interface OrderFault {
  readonly code: OrderFaultCode;
  readonly message: string;
}

type BodyOf<Type extends RedactedRecord['type']> = Extract<RedactedRecord, { type: Type }>['body'];
type Pass = Pick<BodyOf<'pass'>, 'decisionId' | 'actionHash' | 'payloadHash'>;
// What one call leaves behind is kept by id only, so that memory grows with ids, not records.
type Allowed = { readonly actionHash: Sha256 | undefined } | 'not allowed';

/**
 * The order that gives records their meaning: decision, then approval or pass, then one intent a
 * pass, then at most one outcome an intent, and one reconciliation where that is unknown, each
 * bound to what came before it.
 */
export class OrderRules {
  readonly #isPart: boolean;
  readonly #decisions = new Map<string, Allowed>();
  readonly #passes = new Map<string, Pass | 'used'>();
  readonly #intents = new Map<string, 'open' | 'unknown' | 'done'>();
  #open = 0;

  /** @param isPart whether what records refer to may be missing, as where a part of a ledger begins. */
  constructor(isPart = false) {
    this.#isPart = isPart;
  }

  /** Intents without an outcome. */
  get openIntents(): number {
    return this.#open;
  }

  /** Takes the next record, or says what it breaks. */
  check(record: RedactedRecord): OrderFault | undefined {
    switch (record.type) {
      case 'decision':
        return this.#decision(record.body);
      case 'approval':
        return this.#decisions.has(record.body.decisionId) ? undefined : this.#decisionMissing();
      case 'pass':
        return this.#pass(record.body);
      case 'intent':
        return this.#intent(record.body);
      case 'outcome':
        return this.#outcome(record.body);
      case 'reconciliation':
        return this.#reconciliation(record.body);
      default:
        return undefined;
    }
  }

  #decision({ decisionId, verdict, actionHash }: BodyOf<'decision'>): OrderFault | undefined {
    if (this.#decisions.has(decisionId)) {
      return fault('DECISION_REPEATED', 'a decision id was used before');
    }
    this.#decisions.set(decisionId, verdict === 'allow' ? { actionHash } : 'not allowed');
    return undefined;
  }

  #decisionMissing(): OrderFault | undefined {
    return this.#isPart ? undefined : DECISION_MISSING;
  }

  #pass({ jti, decisionId, actionHash, payloadHash }: BodyOf<'pass'>): OrderFault | undefined {
    const decision = this.#decisions.get(decisionId);
    if (decision === undefined && !this.#isPart) return this.#decisionMissing();
    if (decision === 'not allowed') {
      return fault('DECISION_NOT_ALLOW', 'a pass was issued on a decision that did not allow');
    }
    if (!isSame(decision?.actionHash, actionHash)) {
      return fault('BINDING_MISMATCH', 'a pass is for another action than was decided');
    }
    if (this.#passes.has(jti)) return fault('PASS_REPEATED', 'a pass id was used before');
    this.#passes.set(jti, { decisionId, actionHash, payloadHash });
    return undefined;
  }

  #intent(intent: BodyOf<'intent'>): OrderFault | undefined {
    const pass = this.#passes.get(intent.jti);
    if (!this.#isPart && !this.#decisions.has(intent.decisionId)) return this.#decisionMissing();
    if (pass === undefined && !this.#isPart) {
      return fault('PASS_MISSING', 'an intent has no pass before it');
    }
    if (pass === 'used') return fault('PASS_REUSED', 'a pass was used for a second intent');
    if (this.#intents.has(intent.intentId)) {
      return fault('INTENT_REPEATED', 'an intent id was used before');
    }
    if (pass && !isBound(intent, pass)) {
      return fault('BINDING_MISMATCH', 'an intent is for something else than its pass');
    }
    this.#passes.set(intent.jti, 'used');
    this.#intents.set(intent.intentId, 'open');
    this.#open++;
    return undefined;
  }

  #outcome({ intentId, status }: BodyOf<'outcome'>): OrderFault | undefined {
    const intent = this.#intents.get(intentId);
    if (intent === undefined) {
      if (this.#isPart) return undefined;
      return fault('INTENT_MISSING', 'an outcome has no intent before it');
    }
    if (intent !== 'open') return fault('OUTCOME_REPEATED', 'an intent has a second outcome');
    // What failed may have happened all the same.
    const isUnknown = status === 'unknown' || status === 'failed';
    this.#intents.set(intentId, isUnknown ? 'unknown' : 'done');
    this.#open--;
    return undefined;
  }

  #reconciliation({ intentId }: BodyOf<'reconciliation'>): OrderFault | undefined {
    const intent = this.#intents.get(intentId);
    if (intent === undefined) {
      if (this.#isPart) return undefined;
      return fault('INTENT_MISSING', 'a reconciliation has no intent before it');
    }
    // In a part, the outcome may be outside.
    if (intent !== 'unknown' && !(this.#isPart && intent === 'open')) {
      return fault('OUTCOME_NOT_UNKNOWN', 'a reconciliation is of an outcome that is known');
    }
    this.#intents.set(intentId, 'done');
    return undefined;
  }
}

function isBound(intent: BodyOf<'intent'>, pass: Pass): boolean {
  return (
    intent.decisionId === pass.decisionId &&
    isSame(intent.actionHash, pass.actionHash) &&
    isSame(intent.payloadHash, pass.payloadHash)
  );
}

/** What was kept back contradicts nothing. */
function isSame(one: Sha256 | undefined, other: Sha256 | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

const DECISION_MISSING = fault(
  'DECISION_MISSING',
  'a record refers to a decision that is not before it',
);

function fault(code: OrderFaultCode, message: string): OrderFault {
  return { code, message };
}
