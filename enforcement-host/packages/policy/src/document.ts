import { z } from 'zod';

import { verdictSchema } from '@axtary/core';

import { fieldProblem } from './field.js';
import { globProblem } from './glob.js';

const MAX_LIST = 1000;
const LOOPBACK =
  /^http:\/\/(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?(?:\/|$)/;
// No user information: a credential does not belong into a file that is reviewed and hashed.
const HTTPS = /^https:\/\/[^/?#@\\\s]+(?:[/?]|$)/;

/** Ids that the evaluator itself gives as reasons. */
export const RESERVED_RULE_IDS: ReadonlySet<string> = new Set([
  'default-deny',
  'approved',
  'obligations-conflict',
  'evaluation-error',
]);

const text = z
  .string()
  .max(4096)
  .refine((value) => !value.includes('\0'), 'expected a text without NUL');
const name = z.string().min(1).max(512);

const globSchema = z.string().superRefine((value, context) => {
  const problem = globProblem(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, params: GLOB });
});
const GLOB = { issue: 'bad-glob' };
const globsSchema = oneOrMany(globSchema);

const fieldSchema = z.string().superRefine((value, context) => {
  const problem = fieldProblem(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, params: FIELD });
});
const FIELD = { issue: 'bad-field' };

const numberSchema = z
  .number()
  .refine(
    (value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER,
    'expected a number up to 2^53 - 1',
  );
const sizeSchema = z.int().nonnegative();
const scalarSchema = z.union([z.string(), numberSchema, z.boolean()]);

/** What is compared with a condition's field; exactly one of them per condition. */
export const OPERATORS = [
  'equals',
  'notEquals',
  'in',
  'matches',
  'notMatches',
  'max',
  'min',
  'maxSize',
  'overSize',
  'present',
  'equalsField',
  'notEqualsField',
  'matchesField',
  'maxSizeField',
  'overSizeField',
] as const;
export type Operator = (typeof OPERATORS)[number];

const conditionSchema = z
  .strictObject({
    field: fieldSchema,
    equals: scalarSchema.optional(),
    notEquals: scalarSchema.optional(),
    in: z.array(scalarSchema).min(1).max(MAX_LIST).optional(),
    matches: globsSchema.optional(),
    notMatches: globsSchema.optional(),
    max: numberSchema.optional(),
    min: numberSchema.optional(),
    maxSize: sizeSchema.optional(),
    overSize: sizeSchema.optional(),
    present: z.boolean().optional(),
    equalsField: fieldSchema.optional(),
    notEqualsField: fieldSchema.optional(),
    matchesField: fieldSchema.optional(),
    maxSizeField: fieldSchema.optional(),
    overSizeField: fieldSchema.optional(),
  })
  .superRefine((condition, context) => {
    const given = OPERATORS.filter((operator) => condition[operator] !== undefined);
    if (given.length === 1) return;
    const got = given.length === 0 ? 'none' : given.join(' and ');
    const message = `expected exactly one operator beside "field", got ${got}: split it into conditions`;
    context.addIssue({ code: 'custom', message, params: { issue: 'operator-count' } });
  });
export type Condition = z.infer<typeof conditionSchema>;

const matchSchema = z
  .strictObject({
    tool: globsSchema.optional(),
    resource: globsSchema.optional(),
    agent: globsSchema.optional(),
    human: globsSchema.optional(),
    tenant: globsSchema.optional(),
    runtime: globsSchema.optional(),
  })
  .refine((match) => match.tool !== undefined || match.resource !== undefined, {
    message: 'expected "tool" or "resource": a rule says what it is about',
    params: { issue: 'missing-key' },
  });
export type Match = z.infer<typeof matchSchema>;

const ruleObligationsSchema = z.strictObject({
  approverRoles: z.array(name).min(1).max(MAX_LIST).optional(),
  passTtlSeconds: z.int().positive().max(86_400).optional(),
});

const ruleSchema = z
  .strictObject({
    id: z
      .string()
      .max(64)
      .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected a kebab-case id such as "no-secrets"')
      .refine((id) => !RESERVED_RULE_IDS.has(id), 'expected another id: this one is reserved'),
    effect: verdictSchema,
    description: z.string().min(1).max(512).optional(),
    match: matchSchema,
    when: z.array(conditionSchema).min(1).max(MAX_LIST).optional(),
    obligations: ruleObligationsSchema.optional(),
  })
  .superRefine((rule, context) => {
    if (rule.effect === 'step_up' || rule.obligations?.approverRoles === undefined) return;
    const message =
      'expected "approverRoles" only with effect "step_up": nobody approves otherwise';
    context.addIssue({ code: 'custom', message, path: ['obligations', 'approverRoles'] });
  });
/** One rule, as written. */
export type PolicyRule = z.infer<typeof ruleSchema>;

const serverSchema = z
  .strictObject({
    command: text.min(1).optional(),
    args: z.array(text).max(MAX_LIST).optional(),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), text).optional(),
    cwd: text.min(1).optional(),
    url: text
      .refine(
        (url) => HTTPS.test(url) || LOOPBACK.test(url),
        'expected an https URL without user information; http only on loopback',
      )
      .optional(),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/),
        z
          .string()
          .regex(/^[^\r\n\0]*$/, 'expected a header value on one line')
          .max(8192),
      )
      .optional(),
  })
  .superRefine((server, context) => {
    if ((server.command === undefined) === (server.url === undefined)) {
      const message = 'expected exactly one of "command" (stdio) and "url" (Streamable HTTP)';
      context.addIssue({ code: 'custom', message, params: { issue: 'missing-key' } });
      return;
    }
    const others = server.command === undefined ? STDIO_KEYS : HTTP_KEYS;
    for (const key of others) {
      if (server[key] === undefined) continue;
      const message = `expected no "${key}" beside "${server.command === undefined ? 'url' : 'command'}"`;
      context.addIssue({ code: 'custom', message, path: [key] });
    }
  });
const STDIO_KEYS = ['args', 'env', 'cwd'] as const;
const HTTP_KEYS = ['headers'] as const;

const serverName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'expected a server name like "filesystem" or "my-server_2"');

/** The whole of `axtary.yml`. Rule ids are checked for uniqueness together with the preset's. */
export const policyDocumentSchema = z.strictObject({
  version: z.literal(1),
  preset: z.enum(['coding-agent', 'none']).default('coding-agent'),
  tenant: idWith('org:').optional(),
  human: idWith('user:').optional(),
  servers: z.record(serverName, serverSchema).default({}),
  policies: z.array(ruleSchema).max(20_000).default([]),
});
/** A policy document with its defaults filled in. */
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;
/** A policy document as its author writes it. */
export type PolicyDocumentInput = z.input<typeof policyDocumentSchema>;

function oneOrMany<Item extends z.ZodType<string>>(item: Item) {
  return z.union([item, z.array(item).min(1).max(MAX_LIST)]);
}

function idWith(prefix: string) {
  return z.string().max(512).startsWith(prefix, `expected a text that starts with "${prefix}"`);
}

const KEYS = {
  document: Object.keys(policyDocumentSchema.shape),
  server: Object.keys(serverSchema.shape),
  rule: Object.keys(ruleSchema.shape),
  match: Object.keys(matchSchema.shape),
  condition: Object.keys(conditionSchema.shape),
  obligations: Object.keys(ruleObligationsSchema.shape),
};

/** The keys that a mapping at this path of a document may have. */
export function policyKeys(path: readonly (string | number)[]): readonly string[] {
  const [section, , part] = path;
  if (path.length === 0) return KEYS.document;
  if (section === 'servers') return KEYS.server;
  if (path.length === 2) return KEYS.rule;
  if (part === 'match') return KEYS.match;
  return part === 'when' ? KEYS.condition : KEYS.obligations;
}
