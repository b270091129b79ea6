import { ActionError, isJsonObject, parseAction, type Action } from '@axtary/core';

import { describeIssues } from '../schema-issue.js';
import { policyTestKeys, testActionSchema, type TestAction } from './test-document.js';

// What an action has where nobody says anything.
const NOBODY = {
  id: 'act_test',
  actor: {
    agent: 'agent:test',
    human: 'user:test@example.com',
    tenant: 'org:example',
    runtime: 'test',
  },
  intent: { task: 'TEST-1' },
  payload: {},
  constraints: {},
} as const;

/** An action that may lack its tool and its resource, and is not yet checked as a whole. */
export interface DraftAction {
  readonly id: string;
  readonly actor: object;
  readonly intent: object;
  readonly capability: Partial<Capability>;
  readonly context: object;
}

/** Lays the second action over the first: entry by entry, but payload and constraints as a whole. */
export function draftAction(summary: string, under: TestAction, over: TestAction): DraftAction {
  const { payload, constraints } = NOBODY;
  const capability = { payload, constraints, ...capabilityOf(under), ...capabilityOf(over) };
  const source = capability.tool === 'mcp.tool.call' ? 'mcp' : 'sdk';
  return {
    id: over.id ?? under.id ?? NOBODY.id,
    actor: { ...NOBODY.actor, ...under.actor, ...over.actor },
    intent: { ...NOBODY.intent, summary, ...under.intent, ...over.intent },
    capability,
    context: { source, ...under.context, ...over.context },
  };
}

/**
 * Reads an action as a person writes it by hand: with `capability` it is a whole action; without,
 * it needs `tool` and `resource`, and what else is left out has values that say nothing.
 *
 * @throws ActionError `ACTION_MALFORMED`, `ACTION_TOO_LARGE` or `CANONICAL_UNREPRESENTABLE`.
 */
export function readShortAction(input: unknown): Action {
  if (!isJsonObject(input) || Object.hasOwn(input, 'capability')) return parseAction(input).action;
  const parsed = testActionSchema.safeParse(input);
  if (!parsed.success) throw malformed(parsed.error.issues);
  return parseAction(draftAction('', {}, parsed.data)).action;
}

function malformed(issues: Parameters<typeof describeIssues>[0]): ActionError {
  const [first] = describeIssues(issues, (path) => policyTestKeys(['defaults', ...path]));
  const path = first?.isAboutKey === true ? first.path.slice(0, -1) : (first?.path ?? []);
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  return new ActionError('ACTION_MALFORMED', `not an action: ${where}${first?.message ?? ''}`);
}

type Capability = Action['capability'];

function capabilityOf({ capability, ...action }: TestAction): Partial<Capability> {
  const { tool, resource, payload, constraints } = capability ?? action;
  return {
    ...(tool !== undefined && { tool }),
    ...(resource !== undefined && { resource }),
    ...(payload !== undefined && { payload }),
    ...(constraints !== undefined && { constraints }),
  };
}
