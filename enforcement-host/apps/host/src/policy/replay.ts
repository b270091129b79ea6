import { Budgets, chargesOf, scopesOf } from '@axtary/budgets';
import type { Decision } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import type { PastAction } from '@axtary/ledger';
import { determiningRules, evaluatePolicy, type Policy } from '@axtary/policy';
import type { ImpactChange } from '@axtary/protocol';

/** What a policy, or its absence, says of an action. */
export type Said = ImpactChange['before'];

/** Decides past actions again, oldest first, by one policy. */
export class Replay {
  readonly #policy: Policy | undefined;
  readonly #budgets = new Budgets();

  /** @param policy Without one, everything is denied. */
  constructor(policy: Policy | undefined) {
    this.#policy = policy;
  }

  /**
   * Decides with the facts of then. Meters that were not counted then are counted along: from
   * zero at the first action, by what the policy itself allows.
   */
  decide({ action, facts }: PastAction): Said {
    if (!this.#policy) return NOTHING_ENFORCED;
    const meters = this.#policy.metersFor(action);
    if (meters.length === 0) return said(evaluatePolicy(action, this.#policy, facts));
    const now = new Date(facts.now);
    const scopes = scopesOf(action);
    const usage = { ...this.#budgets.read(scopes, meters, now), ...facts.usage };
    const decision = evaluatePolicy(action, this.#policy, { ...facts, usage });
    if (decision.decision === 'allow' && decision.usage) {
      const charges = chargesOf(decision.usage, meters);
      const { id } = this.#budgets.reserve({ id: newId('int'), scopes, charges, now });
      this.#budgets.commit(id);
    }
    return said(decision);
  }
}

const NOTHING_ENFORCED: Said = {
  decision: 'deny',
  rules: [],
  reasons: [{ rule: 'policy-unavailable', message: 'no policy is enforced' }],
};

function said(decision: Decision): Said {
  return {
    decision: decision.decision,
    rules: [...determiningRules(decision)],
    reasons: decision.reasons.map(({ rule, message }) => ({ rule, message })),
  };
}
