import { canonicalize, messageOf } from '@axtary/core';
import type { z } from 'zod';

import { compileRules, type RuleIndex } from './compile.js';
import {
  policyDocumentSchema,
  type PolicyDocument,
  type PolicyDocumentInput,
  type PolicyRule,
} from './document.js';
import { PolicyError } from './errors.js';
import { CODING_AGENT_RULES } from './presets/coding-agent.js';
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

/** A rule in force, and whether the file or its preset brings it. */
export interface RuleInForce {
  readonly rule: PolicyRule;
  readonly source: 'file' | 'preset';
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
  /** The preset's rules and the file's own. */
  readonly rules: readonly RuleInForce[];
  readonly #index: RuleIndex;

  constructor({ name, text, document }: PolicyParts) {
    this.name = name;
    this.text = text;
    this.document = document;
    this.servers = new Map(Object.entries(document.servers).map(toServer));
    this.tenant = document.tenant;
    this.human = document.human;
    this.rules = rulesInForce(document);
    this.#index = compileRules(this.rules.map(({ rule }) => rule));
  }

  /** @internal The rules as the evaluator asks them. */
  static indexOf(policy: Policy): RuleIndex {
    return policy.#index;
  }
}

/** The rules that a document puts into force: its preset's first, then its own. */
function rulesInForce(document: PolicyDocument): readonly RuleInForce[] {
  return [
    ...presetRules(document).map((rule) => ({ rule, source: 'preset' as const })),
    ...document.policies.map((rule) => ({ rule, source: 'file' as const })),
  ];
}

/** Positions, among a document's own rules, whose id is already taken. */
export function takenIds(document: PolicyDocument): readonly number[] {
  const taken = new Set(presetRules(document).map(({ id }) => id));
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

function presetRules(document: PolicyDocument): readonly PolicyRule[] {
  return document.preset === 'none' ? [] : CODING_AGENT_RULES;
}

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
