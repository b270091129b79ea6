import type { Verdict } from '@axtary/core';
import {
  ConflictResolutionStrategy,
  PolicyEngine,
  PolicyScope,
} from '@microsoft/agent-governance-sdk';
import type { Condition } from '@axtary/policy';

import { at, type EngineMaker } from '../engine.js';
import { plain } from '../translate.js';

/** Rules that name a tool and nothing else; the first that matches decides. */
export const microsoftNames: EngineMaker = (rules, actions) => {
  const engine = new PolicyEngine(
    rules.map(plain).map(({ tool, effect }) => ({
      action: tool,
      effect: effect === 'allow' ? 'allow' : 'deny',
    })),
  );
  const tools = actions.map(({ capability }) => capability.tool);
  return { decide: (index) => (engine.evaluate(at(tools, index)) === 'allow' ? 'allow' : 'deny') };
};

/** Rules as expressions, in a policy where what denies wins. */
export const microsoftExpressions: EngineMaker = (rules, actions) => {
  const engine = new PolicyEngine([], ConflictResolutionStrategy.DenyOverrides);
  engine.loadPolicy({
    name: 'bench',
    scope: PolicyScope.Global,
    default_action: 'deny',
    rules: rules.map((rule) => {
      const { effect, tool, conditions } = plain(rule);
      return {
        name: rule.id,
        ruleAction: ACTIONS[effect],
        priority: PRIORITIES[effect],
        condition: [`tool == '${tool}'`, ...conditions.map(expressionOf)].join(' and '),
      };
    }),
  });
  const contexts = actions.map(({ capability: { tool, payload } }) => ({ tool, payload }));
  return {
    decide: (index): Verdict =>
      VERDICTS[engine.evaluatePolicy('did:agent:bench', at(contexts, index)).action] ?? 'deny',
  };
};

const ACTIONS = { allow: 'allow', deny: 'deny', step_up: 'require_approval' } as const;
const PRIORITIES = { allow: 1, step_up: 2, deny: 3 } as const;
const VERDICTS: Readonly<Record<string, Verdict>> = {
  allow: 'allow',
  deny: 'deny',
  require_approval: 'step_up',
};

function expressionOf({ field = '', max, equals }: Condition): string {
  return max === undefined ? `${field} == '${String(equals)}'` : `${field} <= ${max}`;
}
