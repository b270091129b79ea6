import type { Action } from '@axtary/core';
import {
  cedarFact,
  type CedarProgram,
  type MatchedPatterns,
  type Projection,
} from '@axtary/policy';

import { PatternMatcher } from './cedar-patterns.js';
import { type Cedar, CedarSlot, messagesOf } from './cedar-slots.js';
import { answerOf, failed, type EngineAnswer } from './proof.js';

/** Decides with Cedar. Never given an action itself: a value of it could be read as an entity. */
export class CedarEngine {
  readonly #cedar: Cedar;
  readonly #program: CedarProgram;
  readonly #policies: CedarSlot;
  readonly #matcher: PatternMatcher;

  constructor(cedar: Cedar, program: CedarProgram) {
    this.#cedar = cedar;
    this.#program = program;
    this.#policies = new CedarSlot(cedar, program.policies);
    this.#matcher = new PatternMatcher(cedar, program);
  }

  /**
   * @throws Error in the words of Cedar where it cannot be asked.
   */
  decide(action: Action, projection: Projection): EngineAnswer {
    const answer = this.#cedar.statefulIsAuthorized({
      principal: { type: 'Agent', id: action.actor.agent },
      action: { type: 'Action', id: 'call' },
      resource: { type: 'Resource', id: action.capability.resource },
      context: this.#context(projection),
      preparsedPolicySetId: this.#policies.take(),
      entities: [],
    });
    if (answer.type === 'failure') return failed(messagesOf(answer.errors));
    const { decision, diagnostics } = answer.response;
    // Cedar skips a policy that fails, also one that forbids.
    if (diagnostics.errors.length > 0) {
      return failed(messagesOf(diagnostics.errors.map(({ error }) => error)));
    }
    const rules = diagnostics.reason.map((id) => id.split('#')[0] ?? id);
    if (decision === 'deny') return answerOf('deny', rules);
    const asking = rules.filter((rule) => this.#program.stepUp.has(rule));
    return asking.length > 0 ? answerOf('step_up', asking) : answerOf('allow', rules);
  }

  #context({ fields, zones, usage }: Projection) {
    const matched = this.#matcher.match(fields);
    const facts = [...this.#program.vocabulary.fields].map(([field, attributes]) => {
      const fact = fields[field];
      if (fact === undefined) throw new Error(`the projection lacks the field ${field}`);
      return [field, cedarFact(fact, attributes, matched.get(field) ?? NO_PATTERNS)] as const;
    });
    return {
      fields: Object.fromEntries(facts),
      zones: Object.fromEntries(
        Object.entries(zones).map(([zone, { day, minute }]) => [zone, { day, minute }]),
      ),
      usage: { ...usage },
    };
  }
}

const NO_PATTERNS: MatchedPatterns = { any: [], every: [] };
