import { canonicalize, messageOf, type Action } from '@axtary/core';
import type { z } from 'zod';

import { RuleIndex } from './compile/rule-index.js';
import {
  policyDocumentSchema,
  type PolicyDocument,
  type PolicyDocumentInput,
} from './document/document.js';
import type { PolicyRule } from './document/rule.js';
import { PolicyError } from './errors.js';
import { compileGlob } from './glob.js';
import type { Meter, NormalRule } from './normal/normal-form.js';
import type { BudgetsByRule } from './normal/normalize-budgets.js';
import { normalizeRule } from './normal/normalize-rule.js';
import { PRESETS } from './presets/generated.js';
import { listsOf } from './presets/lists.js';
import { describeIssues } from './schema-issue.js';

/** How to reach an MCP server that the enforcement host fronts. */
export type PolicyServer =
  | {
      readonly transport: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string | undefined;
    }
  | {
      readonly transport: 'http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    };

/** A rule of a policy, and what brings it: the file itself, its preset, or one of its packs. */
export interface RuleInForce {
  readonly rule: PolicyRule;
  readonly origin: 'file' | 'preset' | 'pack';
}

interface PolicyParts {
  readonly name: string;
  readonly text: string;
  readonly document: PolicyDocument;
}

/** A compiled policy. Made by `parsePolicy` and `createPolicy` only; never changes. */
export class Policy {
  /** For humans: the file's or the preset's name. */
  readonly name: string;
  /** The text that was parsed: what a policy hash is the digest of. */
  readonly text: string;
  readonly document: PolicyDocument;
  readonly servers: ReadonlyMap<string, PolicyServer>;
  readonly tenant: string | undefined;
  readonly human: string | undefined;
  /** Delegations that may follow an agent's own, 0 to 16: with 0 it has no sub-agents. */
  readonly maxDelegationDepth: number;
  /** The preset's and the packs' rules, and the file's own; also those that are only tried out. */
  readonly rules: readonly RuleInForce[];
  /** The same rules written out. */
  readonly normalRules: readonly NormalRule[];
  readonly #index: RuleIndex;
  readonly #withShadow: RuleIndex | undefined;
  readonly #shadowIds: ReadonlySet<string>;

  constructor({ name, text, document }: PolicyParts) {
    this.name = name;
    this.text = text;
    this.document = document;
    this.servers = new Map(Object.entries(document.servers).map(toServer));
    this.tenant = document.tenant;
    this.human = document.human;
    this.maxDelegationDepth = document.delegation.maxDepth;
    this.rules = rulesOf(document);
    this.normalRules = writeOut(this.rules, document);
    const enforced = this.normalRules.filter(({ shadow }) => !shadow);
    this.#index = new RuleIndex(enforced);
    const isWhole = enforced.length === this.normalRules.length;
    this.#withShadow = isWhole ? undefined : new RuleIndex(this.normalRules);
    this.#shadowIds = new Set(this.normalRules.filter(({ shadow }) => shadow).map(({ id }) => id));
  }

  /** The meters whose counts a decision about an action needs among its facts. */
  metersFor({ capability: { tool, resource } }: Action): readonly Meter[] {
    return (this.#withShadow ?? this.#index).about(tool, resource).meters;
  }

  /** The roles that a human or an approver has in this policy. */
  rolesOf(name: string): readonly string[] {
    const roles = Object.entries(this.document.roles);
    return roles.flatMap(([role, members]) =>
      members.some((member) => compileGlob(member)(name)) ? [role] : [],
    );
  }

  /** @internal The rules that are enforced, as the evaluator asks them. */
  static indexOf(policy: Policy): RuleIndex {
    return policy.#index;
  }

  /** @internal All rules, where some of them are only tried out. */
  static shadowIndexOf(policy: Policy): RuleIndex | undefined {
    return policy.#withShadow;
  }

  /** @internal */
  static shadowIdsOf(policy: Policy): ReadonlySet<string> {
    return policy.#shadowIds;
  }
}

/** The rules that a document brings: its preset's first, its packs', then its own. */
function rulesOf(document: PolicyDocument): readonly RuleInForce[] {
  const own = document.policies.map((rule) => ({
    rule: document.shadow ? { ...rule, shadow: true } : rule,
    origin: 'file' as const,
  }));
  const preset = document.preset === 'none' ? [] : PRESETS[document.preset].rules;
  const packs = document.packs.flatMap((name) => PRESETS[name].rules);
  return [
    ...preset.map((rule) => ({ rule, origin: 'preset' as const })),
    ...packs.map((rule) => ({ rule, origin: 'pack' as const })),
    ...own,
  ];
}

function writeOut(rules: readonly RuleInForce[], document: PolicyDocument): readonly NormalRule[] {
  const scope = { roles: document.roles, lists: listsOf(document), budgets: budgetsOf(rules) };
  return rules.map(({ rule }) => normalizeRule(rule, scope));
}

function budgetsOf(rules: readonly RuleInForce[]): BudgetsByRule {
  return new Map(rules.map(({ rule }) => [rule.id, rule.obligations?.budgets ?? []]));
}

/** Positions, among a document's own rules, whose id is already taken. */
export function takenIds(document: PolicyDocument): readonly number[] {
  const rules = rulesOf(document);
  const first = rules.length - document.policies.length;
  const taken = new Set(rules.slice(0, first).map(({ rule }) => rule.id));
  return document.policies.flatMap(({ id }, index) => {
    if (taken.has(id)) return [index];
    taken.add(id);
    return [];
  });
}

/**
 * Makes a policy from a document in memory. Its text is the canonical JSON of the document, which
 * `parsePolicy` reads back where it is within its limits.
 *
 * @throws PolicyError `POLICY_MALFORMED` when the document is not one, an id is used twice, or it has no
 *   canonical form (a lone surrogate, too many nodes).
 */
export function createPolicy(input: PolicyDocumentInput, name = 'policy'): Policy {
  const parsed = policyDocumentSchema.safeParse(input);
  if (!parsed.success) throw new PolicyError('POLICY_MALFORMED', describe(parsed.error));
  const document = parsed.data;
  const [taken] = takenIds(document);
  if (taken !== undefined) {
    const id = document.policies[taken]?.id ?? '';
    throw new PolicyError('POLICY_MALFORMED', `policies.${taken}.id: "${id}" is already taken`);
  }
  return new Policy({ name, text: canonicalText(document), document });
}

function canonicalText(document: PolicyDocument): string {
  try {
    return canonicalize(JSON.parse(JSON.stringify(document)));
  } catch (cause) {
    throw new PolicyError('POLICY_MALFORMED', `not a policy: ${messageOf(cause)}`, { cause });
  }
}

/** The preset `coding-agent` alone: what is enforced where no other policy is given. */
export const codingAgentPolicy: Policy = createPolicy({ version: 1 }, 'coding-agent');

function toServer([name, server]: [string, PolicyDocument['servers'][string]]): [
  string,
  PolicyServer,
] {
  const { command, args = [], env = {}, cwd, url, headers = {} } = server;
  if (command !== undefined) return [name, { transport: 'stdio', command, args, env, cwd }];
  if (url !== undefined) return [name, { transport: 'http', url, headers }];
  throw new TypeError('expected a server with a command or a URL');
}

function describe(error: z.ZodError): string {
  const [first] = describeIssues(error.issues);
  const where = first?.path.map(String).join('.');
  return `not a policy: ${where ? `${where}: ` : ''}${first?.message ?? ''}`;
}
