import { z } from 'zod';

import { globProblem } from '../glob.js';
import { PACK_NAMES, PRESET_NAMES } from '../presets/names.js';
import { CONDITION_KEYS, OPERATORS } from './condition.js';
import { delegationSchema } from './delegation.js';
import { budgetSchema, obligationsSchema } from './obligations.js';
import { referenceProblems } from './references.js';
import { matchSchema, ruleSchema } from './rule.js';
import { serverSchema } from './server.js';
import { MAX_LIST, nameSchema, scalarSchema } from './text.js';
import { windowSchema } from './window.js';

const serverName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'expected a server name like "filesystem" or "my-server_2"');
const listName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'expected a name like "colleagues"');
const member = z
  .string()
  .max(512)
  .regex(/^(?:user|approver):./, 'expected "user:…" or "approver:…"')
  .refine((value) => globProblem(value) === undefined, 'expected a name or a glob of names');

/** The whole of `axtary.yml`. Rule ids are checked for uniqueness together with the presets'. */
export const policyDocumentSchema = z
  .strictObject({
    version: z.literal(1),
    preset: z.enum([...PRESET_NAMES, 'none']).default('coding-agent'),
    /** Rules for single adapters, beside those of the preset. */
    packs: z
      .array(z.enum(PACK_NAMES))
      .refine((packs) => new Set(packs).size === packs.length, 'expected each pack once')
      .default([]),
    /** A draft: its rules are evaluated and recorded, never enforced. */
    shadow: z.boolean().default(false),
    tenant: idWith('org:').optional(),
    human: idWith('user:').optional(),
    /** Who has a role: humans whose agents act, and approvers. */
    roles: z.record(nameSchema, z.array(member).max(MAX_LIST)).default({}),
    /** Lists that conditions compare with, as the fields `lists.<name>`. */
    lists: z.record(listName, z.array(scalarSchema).max(MAX_LIST)).default({}),
    servers: z.record(serverName, serverSchema).default({}),
    /** Bounds the enforcement point; decides no action. */
    delegation: delegationSchema.prefault({}),
    policies: z.array(ruleSchema).max(20_000).default([]),
  })
  .superRefine((document, context) => {
    for (const { message, path, issue } of referenceProblems(document)) {
      context.addIssue({ code: 'custom', message, path: [...path], params: { issue } });
    }
  });
/** A policy document with its defaults filled in. */
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;
/** A policy document as its author writes it. */
export type PolicyDocumentInput = z.input<typeof policyDocumentSchema>;

function idWith(prefix: string) {
  return z.string().max(512).startsWith(prefix, `expected a text that starts with "${prefix}"`);
}

const KEYS = {
  document: Object.keys(policyDocumentSchema.shape),
  server: Object.keys(serverSchema.shape),
  delegation: Object.keys(delegationSchema.shape),
  rule: Object.keys(ruleSchema.shape),
  match: Object.keys(matchSchema.shape),
  obligations: Object.keys(obligationsSchema.shape),
  window: Object.keys(windowSchema.shape),
  rate: ['max', 'windowSeconds', 'per'],
  budget: Object.keys(budgetSchema.shape),
} as const satisfies Record<string, readonly string[]>;

type Path = readonly (string | number)[];

/** The keys that a mapping at this path of a document may have; none where names are free. */
export function policyKeys(path: Path): readonly string[] {
  const [section, second, part] = path;
  if (path.length === 0) return KEYS.document;
  if (section === 'servers') return path.length === 2 ? KEYS.server : [];
  if (section === 'delegation') return path.length === 1 ? KEYS.delegation : [];
  if (section !== 'policies' || typeof second !== 'number') return [];
  if (path.length === 2) return KEYS.rule;
  if (part === 'match') return KEYS.match;
  if (part === 'obligations') return obligationKeys(path.slice(3));
  return path.at(-1) === 'window' ? KEYS.window : CONDITION_KEYS;
}

function obligationKeys([name, entry]: Path): readonly string[] {
  if (name === undefined) return KEYS.obligations;
  if (name === 'windows') return KEYS.window;
  if (name === 'rates') return KEYS.rate;
  if (name === 'budgets') return KEYS.budget;
  return name === 'fields' && entry !== undefined ? OPERATORS : [];
}
