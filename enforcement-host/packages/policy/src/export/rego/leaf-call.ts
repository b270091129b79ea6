import type { Scalar } from '../../document/text.js';
import { holdsPaths } from '../../field.js';
import type { FieldTest, UsageTest } from '../../normal/normal-form.js';
import { fold } from '../project-field.js';
import { regoGlobs, type RegoGlobs } from './rego-globs.js';
import type { SignedLeaf } from './nested-lists.js';

interface Hours {
  readonly from: number;
  readonly to: number;
}

type Argument = Scalar | readonly Scalar[] | RegoGlobs | Hours;

/** The parameters of each helper, in their order; `caution` is the last of all. */
export const PARAMETERS = {
  present: ['field'],
  is_any: ['field', 'scalars'],
  is_every: ['field', 'scalars'],
  has_all: ['field', 'scalars'],
  matches_any: ['field', 'globs', 'folded'],
  matches_every: ['field', 'globs', 'folded'],
  is_any_other: ['field', 'other'],
  is_every_other: ['field', 'other'],
  matches_any_other: ['field', 'other', 'folded'],
  matches_every_other: ['field', 'other', 'folded'],
  at_most: ['field', 'number'],
  at_least: ['field', 'number'],
  size_at_most: ['field', 'number'],
  at_most_other: ['field', 'other'],
  size_at_most_other: ['field', 'other'],
  stated: ['field'],
  window: ['zone', 'days', 'hours'],
  usage: ['meter', 'max'],
  usage_of: ['meter', 'field', 'max'],
} as const satisfies Record<string, readonly string[]>;
type Helper = keyof typeof PARAMETERS;

/** A leaf as a call of a helper: also what the generic module reads as data. */
export interface LeafCall {
  readonly op: Helper;
  readonly negated: boolean;
  readonly caution: boolean;
  readonly [parameter: string]: Argument;
}

/** Writes a leaf as a call. */
export function leafCall({ leaf, negated, caution }: SignedLeaf): LeafCall {
  if (leaf.op === 'window') {
    const { timeZone: zone, days, from, to } = leaf;
    return { op: 'window', negated, caution, zone, days, hours: { from, to } };
  }
  const call = leaf.op === 'usage' ? usageCall(leaf) : fieldCall(leaf, caution);
  return { ...call, negated, caution };
}

type Call = { readonly op: Helper } & Readonly<Record<string, Argument>>;

function usageCall({ meter: { id: meter, field }, max }: UsageTest): Call {
  return field === undefined ? { op: 'usage', meter, max } : { op: 'usage_of', meter, field, max };
}

function fieldCall(test: FieldTest, caution: boolean): Call {
  const { field } = test;
  const folded = caution && holdsPaths(field);
  switch (test.op) {
    case 'present':
    case 'stated':
      return { op: test.op, field };
    case 'is':
      return { op: `is_${test.of}`, field, scalars: test.scalars };
    case 'has':
      return { op: 'has_all', field, scalars: test.scalars };
    case 'matches': {
      const globs = regoGlobs(folded ? test.globs.map(fold) : test.globs);
      return { op: `matches_${test.of}`, field, globs, folded };
    }
    case 'isOther':
      return { op: `is_${test.of}_other`, field, other: test.other };
    case 'matchesOther':
      return { op: `matches_${test.of}_other`, field, other: test.other, folded };
    default:
      return boundCall(test);
  }
}

const BOUNDS = {
  atMost: 'at_most',
  atLeast: 'at_least',
  sizeAtMost: 'size_at_most',
  atMostOther: 'at_most_other',
  sizeAtMostOther: 'size_at_most_other',
} as const;

function boundCall(test: Extract<FieldTest, { readonly op: keyof typeof BOUNDS }>): Call {
  const bound = 'other' in test ? { other: test.other } : { number: test.number };
  return { op: BOUNDS[test.op], field: test.field, ...bound };
}
