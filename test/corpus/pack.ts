import { readFileSync } from 'node:fs';

import { parsePolicy, type Policy } from '@axtary/policy';

const folder = new URL('../../policies/corpora/agentdojo/', import.meta.url);
const SUITES = ['banking', 'slack', 'travel', 'workspace', 'dailylife', 'github', 'shopping'];

/** The policy of each suite. */
export type Pack = ReadonlyMap<string, Policy>;

/** Reads the pack of policies for the recorded suites. */
export function readPack(): Pack {
  return new Map(SUITES.map((suite) => [suite, readPolicy(suite)]));
}

/** Tools of a suite that its policy counts among those with an effect. */
export function effectsOf(policy: Policy): ReadonlySet<string> {
  const resources = policy.document.lists['effects'] ?? [];
  return new Set(resources.map((resource) => String(resource).split('/').at(-1) ?? ''));
}

function readPolicy(suite: string): Policy {
  const name = `${suite}.yml`;
  const { policy, issues } = parsePolicy(readFileSync(new URL(name, folder), 'utf8'), name);
  if (policy !== undefined) return policy;
  const [issue] = issues;
  throw new Error(
    `${name}:${issue?.range.start.line ?? 0}: ${issue?.message ?? 'expected a policy'}`,
  );
}
