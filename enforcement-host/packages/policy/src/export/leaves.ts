import {
  cautionOf,
  type FieldTest,
  type NormalRule,
  type NormalTest,
  type UsageTest,
  type WindowTest,
} from '../normal/normal-form.js';

/** A test without parts. */
export type Leaf = FieldTest | WindowTest | UsageTest;

/** A leaf, and what it is where it cannot be decided: flipped by each `not` above it. */
export interface PlacedLeaf {
  readonly leaf: Leaf;
  readonly caution: boolean;
}

export interface AllTest {
  readonly op: 'all';
  readonly tests: readonly NormalTest[];
}

/** Everything that must hold for a rule to hold. */
export function ruleTest(rule: NormalRule): AllTest {
  return { op: 'all', tests: [...rule.match, ...rule.when] };
}

/** The rules that an export carries: those that are enforced. */
export function enforcedRules(rules: readonly NormalRule[]): readonly NormalRule[] {
  return rules.filter(({ shadow }) => !shadow);
}

/** Every leaf of rules and their requirements. */
export function leavesOf(rules: readonly NormalRule[]): readonly PlacedLeaf[] {
  return rules.flatMap((rule) => [
    ...leavesOfTest(ruleTest(rule), cautionOf(rule.effect)),
    ...rule.requirements.flatMap(({ test }) => leavesOfTest(test, false)),
  ]);
}

function leavesOfTest(test: NormalTest, caution: boolean): readonly PlacedLeaf[] {
  switch (test.op) {
    case 'all':
    case 'any':
      return test.tests.flatMap((each) => leavesOfTest(each, caution));
    case 'not':
      return leavesOfTest(test.test, !caution);
    default:
      return [{ leaf: test, caution }];
  }
}

/** The field that a leaf reads, and the one that it is compared with. */
export function fieldsOfLeaf(leaf: Leaf): readonly string[] {
  if (leaf.op === 'window') return [];
  if (leaf.op === 'usage') return leaf.meter.field === undefined ? [] : [leaf.meter.field];
  return 'other' in leaf ? [leaf.field, leaf.other] : [leaf.field];
}
