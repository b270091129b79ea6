import { globsCover } from '@axtary/policy';

import { VerificationError } from '../errors.js';
import type { DelegationClaims, DelegationScope } from './claims.js';
import { constraintsProblem } from './constraints.js';

/** Says why the second is wider than the first; undefined where it is not. */
type Rule<T> = (parent: T, child: T) => string | undefined;

/** What a delegation and a pass both say: for whom, how long, before whom. */
export interface Terms {
  readonly iss: string;
  readonly human: string;
  readonly tenant: string;
  readonly task: string;
  readonly exp: number;
  readonly aud?: readonly string[] | undefined;
}

const TERMS = {
  iss: same((terms) => terms.iss),
  human: same((terms) => terms.human),
  tenant: same((terms) => terms.tenant),
  task: same((terms) => terms.task),
  exp: (parent, child) => (child.exp > parent.exp ? 'it outlives its parent' : undefined),
  aud: ({ aud: parent }, { aud: child }) => {
    if (parent === undefined || child?.every((name) => parent.includes(name))) return undefined;
    return 'it is for an audience that its parent is not for';
  },
} as const satisfies Record<string, Rule<Terms>>;

const SCOPE = {
  tools: (parent, child) => globsProblem(parent.tools, child.tools),
  resources: (parent, child) => globsProblem(parent.resources, child.resources),
  payloads: ({ payloads: parent }, { payloads: child }) => {
    if (parent === undefined) return undefined;
    const listed = new Set(parent);
    if (child?.every((hash) => listed.has(hash))) return undefined;
    return 'it has a payload that its parent does not list';
  },
  constraints: (parent, child) => constraintsProblem(parent.constraints, child.constraints),
  budgets: ({ budgets: parent }, { budgets: child }) => {
    const missing = parent.find((budget) => !child.some((other) => isWithin(budget, other)));
    return missing && `${missing.id} is not kept`;
  },
} as const satisfies Record<string, Rule<DelegationScope>>;

const STEP = {
  hops: (parent, child) =>
    child.hops === parent.hops - 1 ? undefined : 'expected exactly one fewer',
  depth: (parent, child) =>
    child.depth === parent.depth + 1 ? undefined : 'expected exactly one more',
} as const satisfies Record<string, Rule<DelegationClaims['delegation']>>;

/** On which a child may not be wider than its parent. */
export type DelegationAxis = keyof typeof TERMS | keyof typeof SCOPE | keyof typeof STEP;

export interface AttenuationProblem {
  readonly axis: DelegationAxis;
  /** For people. */
  readonly message: string;
}

/**
 * The first axis on which a delegation is wider than the one above it; undefined where it is
 * within it on all of them. What cannot be shown to be within counts as wider.
 *
 * - `iss`, `human`, `tenant` and `task` are equal; `exp` is not later; `aud` is a part, where the
 *   parent has one.
 * - `tools` and `resources`: each glob is covered by one of the parent's. `payloads` is a part,
 *   where the parent has them.
 * - `constraints` are kept; each budget is there with the same id, field and currency and at most
 *   the same `max`. There may be more of both.
 * - `hops` is exactly one fewer, `depth` one more.
 *
 * Who holds it is no axis: `sub`, `cnf` and `runtime` may differ, because a sub-agent may run
 * elsewhere.
 */
export function attenuationProblem(
  parent: DelegationClaims,
  child: DelegationClaims,
): AttenuationProblem | undefined {
  return (
    termsProblem(parent, child) ??
    firstProblem(SCOPE, parent.scope, child.scope) ??
    firstProblem(STEP, parent.delegation, child.delegation)
  );
}

/** As `attenuationProblem`, of the terms alone. */
export function termsProblem(parent: Terms, child: Terms): AttenuationProblem | undefined {
  return firstProblem(TERMS, parent, child);
}

/** The refusal of what is wider than the delegation above it. */
export function widened({ axis, message }: AttenuationProblem): VerificationError {
  return new VerificationError('DELEGATION_WIDENED', `${axis}: ${message}`);
}

function firstProblem<Axis extends DelegationAxis, T>(
  rules: Readonly<Record<Axis, Rule<T>>>,
  parent: T,
  child: T,
): AttenuationProblem | undefined {
  for (const axis in rules) {
    const message = rules[axis](parent, child);
    if (message !== undefined) return { axis, message };
  }
  return undefined;
}

function same(read: (terms: Terms) => string): Rule<Terms> {
  return (parent, child) => (read(child) === read(parent) ? undefined : 'expected the same');
}

function globsProblem(parent: readonly string[], child: readonly string[]): string | undefined {
  const wider = child.find((glob) => !globsCover(parent, [glob]));
  return wider === undefined ? undefined : `no glob of its parent surely covers ${wider}`;
}

type Budget = DelegationScope['budgets'][number];

function isWithin(parent: Budget, child: Budget): boolean {
  return (
    child.id === parent.id &&
    child.field === parent.field &&
    child.currency === parent.currency &&
    child.max <= parent.max
  );
}
