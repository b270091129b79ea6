import assert from 'node:assert/strict';

import {
  createPolicy,
  describeRule,
  describeTest,
  type Condition,
  type PolicyRule,
} from '@axtary/policy';

import { aRule } from './support.js';

function words(when: Condition, lists: Record<string, string[]> = {}): string {
  const policy = createPolicy({
    version: 1,
    preset: 'none',
    lists,
    policies: [aRule('a', { when: [when] })],
  });
  const [test] = policy.normalRules[0]?.when ?? [];
  assert.ok(test);
  return describeTest(test);
}

describe('describeTest', () => {
  const CASES: readonly (readonly [Condition, string])[] = [
    [{ field: 'payload.base', equals: 'main' }, 'payload.base is `main`'],
    [{ field: 'payload.base', equals: 'true' }, 'payload.base is `"true"`'],
    [{ field: 'payload.done', equals: true }, 'payload.done is `true`'],
    [{ field: 'payload.base', notEquals: 'main' }, 'payload.base is not `main`'],
    [{ field: 'payload.n', in: [1, 2, 3] }, 'payload.n is `1`, `2` or `3`'],
    [{ field: 'payload.n', notIn: [1, 2] }, 'payload.n is none of `1` or `2`'],
    [
      { field: 'context.paths', matches: ['a/**', 'b'] },
      'any of context.paths matches `a/**` or `b`',
    ],
    [{ field: 'context.paths', notMatches: 'a/**' }, 'none of context.paths matches `a/**`'],
    [{ field: 'context.paths', allMatch: 'a/**' }, 'every one of context.paths matches `a/**`'],
    [{ field: 'payload.x', hasAll: ['a', 'b'] }, 'payload.x has all of `a` and `b`'],
    [{ field: 'payload.n', max: 5 }, 'payload.n is at most 5'],
    [{ field: 'payload.n', over: 5 }, 'payload.n is over 5'],
    [{ field: 'payload.n', under: 5 }, 'payload.n is under 5'],
    [{ field: 'payload.n', overSize: 5 }, 'payload.n has more than 5 elements'],
    [{ field: 'payload.n', present: false }, 'payload.n is absent'],
    [
      { field: 'payload.to', stated_by_human: true },
      "payload.to stands in the human's own request",
    ],
    [
      { field: 'payload.to', stated_by_human: false },
      "payload.to does not stand in the human's own request",
    ],
    [
      { field: 'payload.base', notEqualsField: 'constraints.baseBranch' },
      'payload.base is not that of constraints.baseBranch',
    ],
    [{ field: 'payload.n', overField: 'constraints.n' }, 'payload.n is over constraints.n'],
    [
      { field: 'payload.p', matchesField: 'constraints.globs' },
      'payload.p matches a glob of constraints.globs',
    ],
    [
      {
        not: {
          any: [
            { field: 'payload.a', equals: 1 },
            { field: 'payload.b', present: true },
          ],
        },
      },
      'payload.a is not `1` and payload.b is absent',
    ],
    [{ not: { field: 'payload.n', over: 5 } }, 'payload.n is absent or payload.n is at most 5'],
    [
      {
        any: [
          { field: 'payload.a', equals: 1 },
          {
            all: [
              { field: 'payload.b', max: 2 },
              { field: 'payload.c', min: 3 },
            ],
          },
        ],
      },
      'payload.a is `1` or (payload.b is at most 2 and payload.c is at least 3)',
    ],
    [
      { window: { days: ['mon', 'tue', 'wed'], from: '09:00', to: '17:30', timeZone: 'UTC' } },
      'it is mon to wed from 09:00 to 17:30 in UTC',
    ],
    [
      { not: { window: { days: ['sat'], from: '00:00', to: '24:00', timeZone: 'UTC' } } },
      'it is not sat in UTC',
    ],
  ];
  for (const [condition, expected] of CASES) {
    it(`says "${expected}"`, () => {
      assert.equal(words(condition), expected);
    });
  }

  it('cuts long lists short, and says how much is left out', () => {
    const scalars = Array.from({ length: 10 }, (_, index) => `v${index}`);
    assert.match(words({ field: 'payload.x', in: scalars }), /`v4` or 5 others$/);
  });
});

describe('describeRule', () => {
  it('says in one sentence what a rule is about, when it holds and what it requires', () => {
    const rule: PolicyRule = {
      id: 'a',
      effect: 'step_up',
      shadow: true,
      match: {
        tool: 'github.*',
        resource: ['repo:a/*', 'repo:b/*'],
        agent: 'agent:x',
        roles: 'dev',
      },
      when: [
        { field: 'payload.base', equals: 'main' },
        {
          any: [
            { field: 'payload.n', max: 1 },
            { field: 'payload.m', min: 2 },
          ],
        },
      ],
      obligations: {
        approverRoles: ['lead'],
        approvals: 2,
        passTtlSeconds: 120,
        maxFilesChanged: 3,
      },
    };
    assert.equal(
      describeRule(rule),
      'Asks an approver about calls of `github.*` on `repo:a/*` or `repo:b/*` by `agent:x` for humans with the role `dev` when payload.base is `main` and (payload.n is at most 1 or payload.m is at least 2). Requires at most 3 files, 2 approvers with the role `lead` and a pass of at most 2 minutes. It is only tried out, not enforced.',
    );
  });

  it('names a list, and with the document what is in it', () => {
    const rule = aRule('a', { when: [{ field: 'payload.to', allMatchField: 'lists.staff' }] });
    assert.match(describeRule(rule), /matches a glob of lists\.staff\.$/);
    const lists = { staff: ['*@a.com'] };
    assert.match(describeRule(rule, { lists }), /lists\.staff \(`\*@a\.com`\)\.$/);
    assert.match(describeRule(rule, { lists: { staff: [] } }), /lists\.staff \(empty\)\.$/);
  });
});
