import {
  actionSchema,
  approvalFactSchema,
  factsSchema,
  obligationsSchema,
  verdictSchema,
} from '@axtary/core';
import { z } from 'zod';

import { nameSchema } from '../document/text.js';

const { actor, intent, capability, context, id } = actionSchema.shape;

/** An action as a test writes it: what is left out comes from `defaults`, or does not matter. */
export const testActionSchema = z
  .strictObject({
    ...capability.partial().shape,
    id: id.optional(),
    actor: actor.partial().optional().describe('Who acts: agent, human, tenant, runtime.'),
    intent: intent.partial().optional().describe("The task, and the human's own request."),
    context: context.partial().optional().describe('Facts around the call: source, paths, mcp.'),
    capability: capability.partial().optional().describe('The long form of tool and payload.'),
  })
  .superRefine((action, check) => {
    if (action.capability === undefined) return;
    for (const key of SHORT_KEYS) {
      if (action[key] === undefined) continue;
      const message = `expected "${key}" below "capability" only, or no "capability"`;
      check.addIssue({ code: 'custom', message, path: [key] });
    }
  });
export type TestAction = z.infer<typeof testActionSchema>;

const SHORT_KEYS = ['tool', 'resource', 'payload', 'constraints'] as const;

const testApprovalSchema = approvalFactSchema
  .partial({ id: true, mode: true, roles: true })
  .describe('Without roles, those that the policy gives the approver.');

/** Facts as tests and simulations write them. */
export const testFactsSchema = z.strictObject({
  now: z.iso
    .datetime({ offset: true, error: 'expected a time such as 2026-01-05T10:00:00Z' })
    .optional()
    .describe('Without it, no window is open.'),
  usage: factsSchema.shape.usage.describe('What meters have counted; 0 where they are not named.'),
  approvals: z.array(testApprovalSchema).max(100).optional(),
});
export type TestFacts = z.infer<typeof testFactsSchema>;

const determiningRule = nameSchema.refine(
  (rule) => rule !== 'approved',
  'expected the rules that decide: an approval is a fact, not a rule',
);

const expectationSchema = z.strictObject({
  decision: verdictSchema,
  rules: z
    .union([determiningRule, z.array(determiningRule).min(1).max(1000)])
    .optional()
    .describe('All rules that determine the decision, in any order.'),
  obligations: obligationsSchema.optional().describe('Only what is named is compared.'),
  shadow: verdictSchema
    .optional()
    .describe('What it would be if the rules on trial were in force.'),
});

/** One test by itself. */
export const testSchema = z.strictObject({
  name: z.string().min(1).max(512).describe('A sentence about what the policy does.'),
  action: testActionSchema,
  facts: testFactsSchema.optional(),
  expect: z.union([expectationSchema, verdictSchema]),
});
export type TestEntry = z.infer<typeof testSchema>;

const header = {
  policy: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('The policy, relative to this file. Default: the same name without ".test".'),
  defaults: testActionSchema.optional().describe('What each action has where it says nothing.'),
};
const MAX_TESTS = 10_000;

/** A whole `*.test.yml`; its tests are read one by one, so that one mistake hides no other test. */
export const testFileSchema = z.strictObject({
  ...header,
  tests: z.array(z.unknown()).max(MAX_TESTS),
});

/** JSON Schema (draft 2020-12) of `*.test.yml`, for other editors. */
export function policyTestsJsonSchema(): Record<string, unknown> {
  const whole = z.strictObject({ ...header, tests: z.array(testSchema).max(MAX_TESTS) });
  const { $schema, ...schema } = z.toJSONSchema(whole, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // The one custom schema of an action: a JSON object.
      if (zodSchema._zod.def.type === 'custom') jsonSchema.type = 'object';
    },
  });
  return { $schema, title: 'Axtary policy tests', ...schema };
}

type Path = readonly (string | number)[];

const ACTION_KEYS = Object.keys(testActionSchema.shape);
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(testFileSchema.shape),
  test: Object.keys(testSchema.shape),
  action: ACTION_KEYS,
  'action.actor': Object.keys(actor.shape),
  'action.intent': Object.keys(intent.shape),
  'action.capability': Object.keys(capability.shape),
  'action.context': Object.keys(context.shape),
  'action.context.mcp': Object.keys(context.shape.mcp.unwrap().shape),
  'action.context.evidence': Object.keys(context.shape.evidence.unwrap().shape),
  facts: Object.keys(testFactsSchema.shape),
  'facts.approvals.*': Object.keys(testApprovalSchema.shape),
  expect: Object.keys(expectationSchema.shape),
  'expect.obligations': Object.keys(obligationsSchema.shape),
  'expect.obligations.approvals.*': ['count', 'roles'],
};

/** The keys that a mapping at this path of a `*.test.yml` may have; none where names are free. */
export function policyTestKeys(path: Path): readonly string[] {
  return KEYS[placeOf(path)] ?? [];
}

function placeOf([section, ...rest]: Path): string {
  if (section === undefined) return '';
  const inside = section === 'defaults' ? ['action', ...rest] : rest.slice(1);
  if (section === 'tests' && rest.length === 1) return 'test';
  return inside.map((name) => (typeof name === 'number' ? '*' : name)).join('.');
}
