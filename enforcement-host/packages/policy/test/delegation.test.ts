import assert from 'node:assert/strict';

import { createKeyring, DEFAULT_MAX_DEPTH, verifyDelegationChain } from '@axtary/actionpass';
import {
  createPolicy,
  diffPolicies,
  evaluatePolicy,
  exportCedar,
  exportRego,
  hoverPolicy,
  lintPolicy,
  parsePolicy,
  type Policy,
  type PolicyDiff,
} from '@axtary/policy';
import fc from 'fast-check';

import { completed, HEAD, labelsAt } from './language/support.js';
import { anAction, aRule } from './support.js';

const LEAST = 0;
const MOST = 16;

function policyWith(maxDepth?: number): Policy {
  return createPolicy({
    version: 1,
    preset: 'none',
    ...(maxDepth !== undefined && { delegation: { maxDepth } }),
    policies: [aRule('a')],
  });
}

function depthOf(text: string): number | undefined {
  return parsePolicy(`${HEAD}${text}`).policy?.maxDelegationDepth;
}

describe('the depth of delegation', () => {
  it('is what the policy says, and 4 where it does not', () => {
    assert.equal(depthOf(''), 4);
    assert.equal(depthOf('delegation: {}'), 4);
    for (const depth of [LEAST, 1, MOST]) {
      assert.equal(depthOf(`delegation: { maxDepth: ${depth} }`), depth);
    }
  });

  it('survives the canonical text of a policy made in memory', () => {
    assert.equal(parsePolicy(policyWith(1).text).policy?.maxDelegationDepth, 1);
  });

  it('goes as far as passes can be delegated, and by default as far as they are', async () => {
    const keyring = createKeyring([]);
    const verify = (maxDepth: number): Promise<unknown> =>
      verifyDelegationChain({ tokens: [], issuer: 'urn:test', keyring, maxDepth });
    assert.equal(policyWith().maxDelegationDepth, DEFAULT_MAX_DEPTH);
    for (const depth of [LEAST, MOST]) {
      await assert.rejects(verify(policyWith(depth).maxDelegationDepth), {
        code: 'DELEGATION_INVALID',
      });
    }
    await assert.rejects(verify(MOST + 1), TypeError);
  });

  it('is no part of a decision, and in no export', () => {
    const [none, deep] = [policyWith(LEAST), policyWith(MOST)];
    assert.deepEqual(exportCedar(none), exportCedar(deep));
    assert.deepEqual(exportRego(none), exportRego(deep));
    assert.deepEqual(evaluatePolicy(anAction(), none), evaluatePolicy(anAction(), deep));
  });
});

describe('diffPolicies, on the depth of delegation', () => {
  const depth = fc.integer({ min: LEAST, max: MOST });
  const changeOf = (diff: PolicyDiff): unknown[][] =>
    diff.changes.map(({ kind, direction, before, after, path }) => [
      kind,
      direction,
      before,
      after,
      path,
    ]);

  it('says in words what it was and is', () => {
    assert.deepEqual(changeOf(diffPolicies(policyWith(LEAST), policyWith(1))), [
      ['delegation', 'loosens', 'no sub-agents', 'at most 1 level of sub-agents', ['delegation']],
    ]);
    assert.deepEqual(changeOf(diffPolicies(policyWith(), policyWith(2))), [
      [
        'delegation',
        'tightens',
        'at most 4 levels of sub-agents',
        'at most 2 levels of sub-agents',
        ['delegation'],
      ],
    ]);
  });

  it('calls raising it loosening, lowering it tightening, and stating it nothing', () => {
    fc.assert(
      fc.property(depth, depth, (old, now) => {
        const expected = now === old ? 'neutral' : now > old ? 'loosens' : 'tightens';
        const { direction, changes } = diffPolicies(policyWith(old), policyWith(now));
        assert.equal(direction, expected);
        assert.equal(changes.length, now === old ? 0 : 1);
      }),
    );
    assert.equal(diffPolicies(policyWith(), policyWith(4)).direction, 'neutral');
  });

  it('compares a first policy with the default', () => {
    const first = (maxDepth?: number): unknown[] =>
      changeOf(diffPolicies(undefined, policyWith(maxDepth))).filter(
        ([kind]) => kind === 'delegation',
      );
    assert.deepEqual(first(), []);
    assert.deepEqual(first(5), [
      ['delegation', 'loosens', undefined, 'at most 5 levels of sub-agents', ['delegation']],
    ]);
    assert.deepEqual(first(LEAST), [
      ['delegation', 'tightens', undefined, 'no sub-agents', ['delegation']],
    ]);
  });
});

describe('an editor, on the depth of delegation', () => {
  it('offers the keys, and writes what follows them', () => {
    assert.ok(labelsAt(`${HEAD}|`).includes('delegation'));
    assert.deepEqual(labelsAt(`${HEAD}delegation:\n  |`), ['maxDepth']);
    assert.deepEqual(labelsAt(`${HEAD}delegation: { maxDepth: 1, | }`), []);
    assert.equal(completed(`${HEAD}dele|`, 'delegation'), `${HEAD}delegation:\n  `);
  });

  it('explains both keys', () => {
    const text = 'delegation: { maxDepth: 1 }';
    const at = (column: number): string =>
      hoverPolicy(text, { line: 0, column })?.markdown ?? 'nothing';
    assert.match(at(text.indexOf('delegation')), /no part of a decision/);
    assert.match(at(text.indexOf('maxDepth')), /from 0 to 16; 4 without it/);
  });

  it('finds nothing dubious about it', () => {
    assert.deepEqual(lintPolicy(policyWith(LEAST)), []);
    assert.deepEqual(lintPolicy(policyWith(MOST)), []);
  });
});
