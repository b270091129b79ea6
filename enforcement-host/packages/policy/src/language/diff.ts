import { DEFAULT_DELEGATION_DEPTH } from '../document/delegation.js';
import type { Policy } from '../policy.js';
import { PRESETS } from '../presets/generated.js';
import { namesChanged } from './diff/names.js';
import { ruleChanges } from './diff/rules.js';
import { worstOf, type ChangeDirection, type PolicyChange } from './diff/change.js';
import { counted } from './words.js';

export type { ChangeDirection, PolicyChange } from './diff/change.js';

/** What a new version of a policy changes. */
export interface PolicyDiff {
  /** That of the most permissive change; `neutral` where nothing changes what is decided. */
  readonly direction: ChangeDirection;
  readonly changes: readonly PolicyChange[];
}

/**
 * Compares two policies by what they mean. A change is called `tightens` or `neutral` only where
 * that is certain; `loosens` wins over `unclear`, and that over the others.
 *
 * @param before `undefined`: nothing is trusted yet, so everything is denied.
 */
export function diffPolicies(before: Policy | undefined, after: Policy): PolicyDiff {
  const rules = ruleChanges(before, after);
  const changes = [
    ...sectionChanges(before, after, rules),
    ...rules,
    ...namesChanged(before, after),
    ...delegationChanges(before, after),
  ];
  return { direction: worstOf(changes.map(({ direction }) => direction)), changes };
}

// What a preset or pack brings is also told rule by rule; the section says it in one line.
function sectionChanges(
  before: Policy | undefined,
  after: Policy,
  rules: readonly PolicyChange[],
): readonly PolicyChange[] {
  const given = rules.filter(({ origin }) => origin !== undefined && origin !== 'file');
  const own = rules.filter(({ origin }) => origin === 'file');
  return [
    ...section('preset', [before?.document.preset, after.document.preset], given),
    ...section('packs', [packsOf(before), packsOf(after)], given),
    ...section('shadow', [shadowOf(before), shadowOf(after)], own),
    ...section('tenant', [before?.tenant, after.tenant], undefined),
    ...section('human', [before?.human, after.human], undefined),
  ];
}

function section(
  kind: PolicyChange['kind'],
  [old, now]: readonly [string | undefined, string | undefined],
  rules: readonly PolicyChange[] | undefined,
): readonly PolicyChange[] {
  if (old === now) return [];
  const direction = rules === undefined ? 'unclear' : worstOf(rules.map((one) => one.direction));
  return [
    {
      kind,
      name: kind,
      direction,
      path: [kind],
      details: [],
      ...(old !== undefined && { before: old }),
      ...(now !== undefined && { after: now }),
    },
  ];
}

function packsOf(policy: Policy | undefined): string | undefined {
  const packs = policy?.document.packs ?? [];
  const known = Object.keys(PRESETS).filter((name) => packs.some((pack) => pack === name));
  return known.length === 0 ? undefined : known.join(', ');
}

function shadowOf(policy: Policy | undefined): string | undefined {
  return policy?.document.shadow === true ? 'only tried out' : undefined;
}

// A first policy is compared with what holds where none says otherwise.
function delegationChanges(before: Policy | undefined, after: Policy): readonly PolicyChange[] {
  const old = before?.maxDelegationDepth ?? DEFAULT_DELEGATION_DEPTH;
  const now = after.maxDelegationDepth;
  if (old === now) return [];
  return [
    {
      kind: 'delegation',
      name: 'delegation',
      direction: now > old ? 'loosens' : 'tightens',
      path: ['delegation'],
      details: [],
      ...(before && { before: depthWords(old) }),
      after: depthWords(now),
    },
  ];
}

function depthWords(depth: number): string {
  return depth === 0 ? 'no sub-agents' : `at most ${counted(depth, 'level')} of sub-agents`;
}
