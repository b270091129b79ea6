import type { Action, Decision, Verdict } from '@axtary/core';
import {
  createPolicy,
  evaluatePolicy,
  type Condition,
  type Policy,
  type PolicyRule,
} from '@axtary/policy';

type Json = Action['capability']['payload'];

export interface ActionParts {
  readonly tool?: string;
  readonly resource?: string;
  readonly payload?: Json;
  readonly constraints?: Json;
  readonly context?: Partial<Action['context']>;
  readonly actor?: Partial<Action['actor']>;
}

export function anAction(parts: ActionParts = {}): Action {
  return {
    id: 'act_test',
    actor: {
      agent: 'agent:codex-prod',
      human: 'user:dev@example.com',
      tenant: 'org:example',
      runtime: 'codex-cli',
      ...parts.actor,
    },
    intent: { task: 'AXT-418', summary: 'fix the invoice' },
    capability: {
      tool: parts.tool ?? 'test.tool',
      resource: parts.resource ?? 'repo:example/web-app',
      payload: parts.payload ?? {},
      constraints: parts.constraints ?? {},
    },
    context: { source: 'demo', ...parts.context },
  };
}

export function pullRequest(payload: Json = {}, constraints: Json = {}): Action {
  return anAction({
    tool: 'github.pull_requests.create',
    payload: {
      title: 'Fix the invoice',
      body: 'As agreed.',
      base: 'main',
      head: 'axt-418',
      filesChanged: ['src/billing/invoice.ts', 'test/billing/invoice.test.ts'],
      touchesProduction: false,
      ...payload,
    },
    constraints: {
      baseBranch: 'main',
      maxFilesChanged: 12,
      blockedPaths: ['infra/prod/**', '.env*'],
      requiresTests: true,
      ...constraints,
    },
  });
}

export function mcpCall(name: string, paths?: string[]): Action {
  return anAction({
    tool: 'mcp.tool.call',
    resource: `mcp:filesystem/${name}`,
    context: { source: 'mcp', ...(paths && { paths }) },
  });
}

export function aRule(id: string, rest: Partial<PolicyRule> = {}): PolicyRule {
  return { id, effect: 'allow', match: { tool: 'test.tool' }, ...rest };
}

export function policyOf(...policies: PolicyRule[]): Policy {
  return createPolicy({ version: 1, preset: 'none', policies });
}

export function decide(action: Action, ...rules: PolicyRule[]): Decision {
  return evaluatePolicy(action, policyOf(...rules));
}

/** Whether one condition holds, in a rule of each effect. */
export function holdsIn(condition: Condition, action: Action): typeof YES {
  const holds = (effect: Verdict): boolean => {
    const { reasons } = decide(action, aRule('asked', { effect, when: [condition] }));
    return reasons.some(({ rule }) => rule === 'asked');
  };
  return { allow: holds('allow'), deny: holds('deny'), stepUp: holds('step_up') };
}

export const YES = { allow: true, deny: true, stepUp: true };
export const NO = { allow: false, deny: false, stepUp: false };
export const UNDECIDABLE = { allow: false, deny: true, stepUp: true };

export function ruleIds(decision: Decision): readonly string[] {
  return decision.reasons.map(({ rule }) => rule);
}

/** Milliseconds of processor time, which other processes on the machine do not inflate. */
export function cpuTime(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
