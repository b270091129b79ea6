import type { PolicyEnvironment } from '../language/environment.js';
import { nearestNode, nodeAt, readOutline } from '../language/outline.js';
import type { OutlineNode } from '../language/outline-node.js';
import { rangesOf } from '../language/position.js';
import type { PolicyIssue, Range } from '../issue.js';
import type { Policy } from '../policy.js';
import { listsOf } from '../presets/lists.js';
import { anyElementTraps } from './any-element.js';
import { apartCurrencies, idleShares } from './budgets.js';
import { contradictionsIn } from './contradictions.js';
import type { Finding } from './finding.js';
import { targetsOf, unknownRoles, unknownTargets, unusedNames } from './names.js';
import { sameRules, shadowedRules } from './shadowing.js';

const MAX_FINDINGS = 200;

/**
 * What is dubious about a policy that can be enforced: rules that never hold or never decide, names
 * that nobody knows or uses, and operators that allow more than they seem to. Only about the file's
 * own rules. At most 200 warnings and hints; none of them changes a decision.
 */
export function lintPolicy(
  policy: Policy,
  environment: PolicyEnvironment = {},
): readonly PolicyIssue[] {
  const root = readOutline(policy.text);
  const rangeAt = rangesOf(policy.text);
  return findingsOf(policy, environment).map((finding) => issueOf(finding, root, rangeAt));
}

/** @internal The same, before it is placed in the text. */
export function findingsOf(policy: Policy, environment: PolicyEnvironment): readonly Finding[] {
  const { document, rules } = policy;
  const targets = targetsOf(document, environment);
  const names = { roles: document.roles, lists: listsOf(document) };
  const triedOut = new Set(rules.flatMap(({ rule }) => (rule.shadow === true ? [rule.id] : [])));
  const inRules = document.policies.flatMap((rule, index) => {
    const findings = [
      ...contradictionsIn(rule, names),
      ...unknownTargets(rule, targets),
      ...unknownRoles(rule, document),
      ...anyElementTraps(rule),
      ...apartCurrencies(rule),
      ...idleShares(rule, triedOut),
    ];
    return findings.map((finding) => ({
      ...finding,
      path: ['policies', index, ...finding.path],
    }));
  });
  const same = sameRules(rules);
  const isSame = new Set(same.map(({ path }) => path[1]));
  const shadowed = shadowedRules(rules).filter(({ path }) => !isSame.has(path[1]));
  const all = [...inRules, ...same, ...shadowed, ...unusedNames(document, rules)];
  return all.slice(0, MAX_FINDINGS);
}

/** @internal */
export function issueOf(
  { code, message, severity, path, isAboutKey }: Finding,
  root: OutlineNode,
  rangeAt: (start: number, end: number) => Range,
): PolicyIssue {
  const exact = nodeAt(root, path);
  const node = exact ?? nearestNode(root, path);
  const range =
    isAboutKey === true && exact !== undefined
      ? rangeAt(node.keyStart, node.keyEnd)
      : rangeAt(node.start, node.end);
  return { code, message, severity, range, path };
}
