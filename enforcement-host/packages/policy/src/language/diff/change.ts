import type { Scalar } from '../../document/text.js';
import type { RuleInForce } from '../../policy.js';

/** What a change does to what is allowed. `unclear`: it could allow more. */
export type ChangeDirection = 'tightens' | 'loosens' | 'unclear' | 'neutral';

/** One difference between two policies. */
export interface PolicyChange {
  readonly kind:
    | 'rule-added'
    | 'rule-removed'
    | 'rule-changed'
    | 'preset'
    | 'packs'
    | 'shadow'
    | 'list'
    | 'role'
    | 'server'
    | 'tenant'
    | 'human'
    | 'delegation';
  /** Id of the rule, or name of what changed. */
  readonly name: string;
  readonly direction: ChangeDirection;
  /** In words. */
  readonly before?: string;
  readonly after?: string;
  /** Parts of a rule that changed, in words. */
  readonly details: readonly string[];
  /** Where it is in the new file; for what was removed, in the old one. */
  readonly path: readonly (string | number)[];
  /** Of a rule: what brings it. */
  readonly origin?: RuleInForce['origin'];
}

const PERMISSIVE = { neutral: 0, tightens: 1, unclear: 2, loosens: 3 } as const;

/** The most permissive of several directions. */
export function worstOf(directions: readonly ChangeDirection[]): ChangeDirection {
  let worst: ChangeDirection = 'neutral';
  for (const direction of directions) {
    if (PERMISSIVE[direction] > PERMISSIVE[worst]) worst = direction;
  }
  return worst;
}

/** How one set relates to an earlier one. */
export type Extent = 'same' | 'wider' | 'narrower' | 'unknown';

/** The extent of what has several parts, all of which must hold. */
export function extentOf(parts: readonly Extent[]): Extent {
  const changed = new Set(parts.filter((part) => part !== 'same'));
  const [only] = changed;
  if (only === undefined) return 'same';
  return changed.size === 1 ? only : 'unknown';
}

/** The extent from what covers what. */
export function extentFrom(isWider: boolean, isNarrower: boolean): Extent {
  if (isWider) return isNarrower ? 'same' : 'wider';
  return isNarrower ? 'narrower' : 'unknown';
}

/** True where values of other types are compared than before, which changes what is decidable. */
export function areRetyped(old: readonly Scalar[], now: readonly Scalar[]): boolean {
  if (old.length === 0 || now.length === 0) return false;
  const types = (scalars: readonly Scalar[]): string =>
    [...new Set(scalars.map((scalar) => typeof scalar))].sort().join();
  return types(old) !== types(now);
}
