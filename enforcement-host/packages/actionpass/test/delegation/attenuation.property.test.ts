import assert from 'node:assert/strict';

import { globProblem, globsCover } from '@axtary/policy';
import fc from 'fast-check';

import {
  attenuationProblem,
  delegationClaimsSchema,
  type DelegationClaims,
} from '../../src/index.js';
import { wideAxes } from './oracle.js';
import { HASHES, JKT } from './support.js';

const PAIRS = 100_000;

const segment = fc.constantFrom('a', 'b', 'ab', '*', '**', 'a*', '*b', 'a*b', '');
const anyGlob = fc
  .array(segment, { minLength: 1, maxLength: 3 })
  .map((segments) => segments.join('/'))
  .filter((glob) => globProblem(glob) === undefined);
const literal = fc.constantFrom('a', 'b', 'ab', 'a/b', 'a/a', 'b/a', 'a/b/a', 'ab/b', 'c');
// Exact names, heads with everything below, and all: inclusion of these is always decided.
const plainGlob = fc.oneof(
  literal,
  literal.map((head) => `${head}/**`),
  fc.constant('**'),
);

const constraint = {
  maxSize: fc.oneof(fc.nat(8), fc.constant('x')),
  minSize: fc.oneof(fc.nat(8), fc.constant('x')),
  blockedNames: fc.oneof(fc.subarray(['p', 'q', 'r']), fc.constant('x')),
  allowedNames: fc.oneof(fc.subarray(['p', 'q', 'r']), fc.constant('x')),
  channels: fc.subarray(['p', 'q', 'r']),
  recipients: fc.subarray(['p', 'q', 'r']),
  requiresTests: fc.oneof(fc.boolean(), fc.constant('x')),
  minutes: fc.constantFrom(1, 2),
  note: fc.constantFrom('x', 'y', true),
};

const budget = fc
  .record(
    {
      id: fc.constantFrom('m', 'n'),
      max: fc.nat(8),
      field: fc.constantFrom('f', 'g'),
      currency: fc.constant('EUR'),
    },
    { requiredKeys: ['id', 'max'] },
  )
  .map((record) => ({ ...record }));

/** Some value of every axis; few choices, so that two of them are often equal or comparable. */
function axes(glob: fc.Arbitrary<string>) {
  return {
    iss: mostly('i', 'j'),
    human: mostly('h', 'k'),
    tenant: mostly('t', 'u'),
    task: mostly('v', 'w'),
    exp: fc.integer({ min: 1, max: 8 }),
    aud: fc.oneof(fc.constant(undefined), fc.subarray(['x', 'y', 'z'], { minLength: 1 })),
    tools: fc.array(glob, { minLength: 1, maxLength: 2 }),
    resources: fc.array(glob, { minLength: 1, maxLength: 2 }),
    payloads: fc.oneof(fc.constant(undefined), fc.subarray([...HASHES], { minLength: 1 })),
    constraints: fc.record(constraint, { requiredKeys: [] }).map((record) => ({ ...record })),
    budgets: fc.uniqueArray(budget, { maxLength: 2, selector: ({ id }) => id }),
    hops: fc.constantFrom(2, 1, 3),
    depth: fc.constantFrom(1, 0, 2),
  };
}

function mostly(usual: string, other: string): fc.Arbitrary<string> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, fc.constant(other));
}

type Axes = {
  [Axis in keyof ReturnType<typeof axes>]: ReturnType<typeof axes>[Axis] extends fc.Arbitrary<
    infer T
  >
    ? T
    : never;
};

/** A parent, and a child that takes from it all but a few axes. */
function pairOf(
  glob: fc.Arbitrary<string>,
): fc.Arbitrary<readonly [DelegationClaims, DelegationClaims]> {
  const given = axes(glob);
  const names = Object.keys(given) as (keyof Axes)[];
  const record = fc.record(given);
  const changed = fc.subarray(names, { maxLength: 4 });
  return fc.tuple(record, record, changed).map(([parent, other, own]) => {
    const child = { ...parent, hops: parent.hops - 1, depth: parent.depth + 1 };
    return [claimsOf(parent), claimsOf(Object.assign(child, pick(other, own)))] as const;
  });
}

function pick(from: Axes, names: readonly (keyof Axes)[]): Partial<Axes> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

function claimsOf(given: Axes): DelegationClaims {
  const { iss, human, tenant, task, exp, aud, hops, depth } = given;
  const { tools, resources, payloads, constraints, budgets } = given;
  return {
    ver: 1,
    iss,
    sub: 'agent:a',
    ...(aud === undefined ? {} : { aud }),
    jti: 'dp_x',
    iat: 0,
    exp,
    cnf: { jkt: JKT },
    human,
    tenant,
    runtime: 'cli',
    task,
    scope: {
      tools,
      resources,
      ...(payloads === undefined ? {} : { payloads }),
      constraints,
      budgets,
    },
    delegation: { root: 'dp_r', depth, hops },
  };
}

interface Tally {
  accepted: number;
  refused: number;
  /** Refused though the oracle finds nothing wider. */
  undecided: number;
}

/** Compares both verdicts on one pair, and counts it. */
function compare(parent: DelegationClaims, child: DelegationClaims, tally: Tally): void {
  const problem = attenuationProblem(parent, child);
  const wide = wideAxes(parent, child);
  if (problem === undefined) {
    assert.deepEqual(wide, [], 'accepted what the oracle refuses');
    tally.accepted += 1;
    return;
  }
  tally.refused += 1;
  if (wide.includes(problem.axis)) return;
  // The axis that was named is not wider: only globs may be beyond what can be shown.
  assert.ok(problem.axis === 'tools' || problem.axis === 'resources', problem.axis);
  assert.ok(!globsCover(parent.scope[problem.axis], child.scope[problem.axis]));
  tally.undecided += 1;
}

describe('attenuation beside a naive oracle', () => {
  it(`never accepts what the oracle refuses, in ${PAIRS} random pairs`, function () {
    this.timeout(120_000);
    const tally = { accepted: 0, refused: 0, undecided: 0 };
    fc.assert(
      fc.property(pairOf(anyGlob), ([parent, child]) => compare(parent, child, tally)),
      { numRuns: PAIRS },
    );
    assert.ok(tally.accepted > PAIRS / 10 && tally.refused > PAIRS / 10, JSON.stringify(tally));
    assert.ok(tally.undecided < PAIRS / 10, JSON.stringify(tally));
  });

  it('agrees with the oracle wherever globs are exact or a prefix', function () {
    this.timeout(60_000);
    const tally = { accepted: 0, refused: 0, undecided: 0 };
    fc.assert(
      fc.property(pairOf(plainGlob), ([parent, child]) => compare(parent, child, tally)),
      { numRuns: PAIRS / 5 },
    );
    assert.ok(tally.accepted > PAIRS / 50 && tally.refused > PAIRS / 50, JSON.stringify(tally));
    assert.equal(tally.undecided, 0);
  });

  it('is about claims that a delegation can have', () => {
    fc.assert(
      fc.property(pairOf(anyGlob), (pair) => {
        for (const claims of pair) {
          assert.deepEqual(delegationClaimsSchema.parse(claims), claims);
        }
      }),
      { numRuns: 500 },
    );
  });
});
