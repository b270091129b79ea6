import assert from 'node:assert/strict';

import type { Action, Decision } from '@axtary/core';
import {
  createPolicy,
  diffPolicies,
  evaluatePolicy,
  type ChangeDirection,
  type Condition,
  type Policy,
  type PolicyDocumentInput,
  type PolicyRule,
} from '@axtary/policy';
import fc from 'fast-check';

import { aRule } from '../support.js';
import { action, lists, rule, rules } from './arbitraries.js';

type Rule = NonNullable<PolicyDocumentInput['policies']>[number];

function policyWith(policies: Rule[], rest: Partial<PolicyDocumentInput> = {}): Policy {
  return createPolicy({ version: 1, preset: 'none', ...rest, policies });
}

function directionOf(before: Rule[] | undefined, after: Rule[]): ChangeDirection {
  return diffPolicies(before && policyWith(before), policyWith(after)).direction;
}

const DENY = aRule('d', { effect: 'deny', match: { tool: 'x' } });
const ALLOW = aRule('a', { match: { tool: 'x' } });
const ASK = aRule('s', { effect: 'step_up', match: { tool: 'x' } });

describe('diffPolicies, on rules', () => {
  const CASES: Readonly<Record<string, readonly [Rule[] | undefined, Rule[], ChangeDirection]>> = {
    nothing: [[ALLOW], [ALLOW], 'neutral'],
    'another order': [[ALLOW, DENY], [DENY, ALLOW], 'neutral'],
    'another description': [[ALLOW], [{ ...ALLOW, description: 'x' }], 'neutral'],
    'a first denial': [undefined, [DENY], 'tightens'],
    'a first rule that asks': [undefined, [ASK], 'loosens'],
    'a first rule that allows': [undefined, [ALLOW], 'loosens'],
    'a denial more': [[ALLOW], [ALLOW, DENY], 'tightens'],
    'a denial less': [[ALLOW, DENY], [ALLOW], 'loosens'],
    'an allow rule less': [[ALLOW, DENY], [DENY], 'tightens'],
    'an allow rule less, which bound others': [
      [{ ...ALLOW, obligations: { maxRows: 1 } }, aRule('b', { match: { tool: '*' } })],
      [aRule('b', { match: { tool: '*' } })],
      'unclear',
    ],
    'a question about what was allowed': [[ALLOW], [ALLOW, ASK], 'tightens'],
    'a question about what was partly allowed': [
      [aRule('a', { match: { tool: 'x' }, when: [{ field: 'payload.a', present: true }] })],
      [aRule('a', { match: { tool: 'x' }, when: [{ field: 'payload.a', present: true }] }), ASK],
      'unclear',
    ],
    'a question less, about what is allowed': [[ALLOW, ASK], [ALLOW], 'loosens'],
    'a question less, about what nothing else permits': [[ASK], [], 'tightens'],
    'an allow rule that asks now': [[ALLOW], [{ ...ALLOW, effect: 'step_up' }], 'tightens'],
    'an allow rule that denies now': [[ALLOW], [{ ...ALLOW, effect: 'deny' }], 'tightens'],
    'a denial that allows now': [[DENY], [{ ...DENY, effect: 'allow' }], 'loosens'],
    'a denial that asks now': [[DENY], [{ ...DENY, effect: 'step_up' }], 'loosens'],
    'a question that denies now': [[ASK], [{ ...ASK, effect: 'deny' }], 'tightens'],
    'a rule that is only tried out now': [[DENY], [{ ...DENY, shadow: true }], 'loosens'],
    'a rule that is enforced now': [[{ ...DENY, shadow: true }], [DENY], 'tightens'],
    'a rule more that is only tried out': [[DENY], [DENY, { ...ALLOW, shadow: true }], 'neutral'],
    'an allow rule with a wider match': [
      [ALLOW],
      [{ ...ALLOW, match: { tool: ['x', 'y'] } }],
      'loosens',
    ],
    'an allow rule with a narrower match': [
      [{ ...ALLOW, match: { tool: 'x.*' } }],
      [{ ...ALLOW, match: { tool: 'x.y', resource: 'r' } }],
      'tightens',
    ],
    'a denial with a narrower match': [
      [DENY],
      [{ ...DENY, match: { tool: 'x', agent: 'agent:a' } }],
      'loosens',
    ],
    'an allow rule with another match': [[ALLOW], [{ ...ALLOW, match: { tool: 'y' } }], 'unclear'],
    'a rule with another id': [[DENY], [{ ...DENY, id: 'other' }], 'neutral'],
    'a rule with another id, whose counts restart': [
      [aRule('a', { obligations: { rates: [{ max: 1, windowSeconds: 60, per: ['agent'] }] } })],
      [aRule('b', { obligations: { rates: [{ max: 1, windowSeconds: 60, per: ['agent'] }] } })],
      'loosens',
    ],
  };
  for (const [name, [before, after, direction]] of Object.entries(CASES)) {
    it(`calls ${name} "${direction}"`, () => {
      assert.equal(directionOf(before, after), direction);
    });
  }

  const CONDITIONS: readonly (readonly [Condition, Condition, ChangeDirection])[] = [
    [{ field: 'payload.n', max: 5 }, { field: 'payload.n', max: 6 }, 'loosens'],
    [{ field: 'payload.n', max: 5 }, { field: 'payload.n', max: 4 }, 'tightens'],
    [{ field: 'payload.n', min: 5 }, { field: 'payload.n', min: 6 }, 'tightens'],
    [{ field: 'payload.n', in: ['a'] }, { field: 'payload.n', in: ['a', 'b'] }, 'loosens'],
    [{ field: 'payload.n', in: ['a'] }, { field: 'payload.n', in: ['a', 1] }, 'unclear'],
    [{ field: 'payload.n', notIn: ['a'] }, { field: 'payload.n', notIn: ['a', 'b'] }, 'tightens'],
    [
      { field: 'payload.n', allMatch: 'src/**' },
      { field: 'payload.n', allMatch: 'src/a/*' },
      'tightens',
    ],
    [
      { field: 'payload.n', allMatch: 'src/a/*' },
      { field: 'payload.n', allMatch: '**' },
      'loosens',
    ],
    [{ field: 'payload.n', equals: 1 }, { field: 'payload.n', equals: 2 }, 'unclear'],
    [{ field: 'payload.n', equals: 1 }, { field: 'payload.m', equals: 1 }, 'unclear'],
  ];
  for (const [old, now, direction] of CONDITIONS) {
    it(`calls ${JSON.stringify(old)} to ${JSON.stringify(now)} "${direction}" in a rule that allows`, () => {
      assert.equal(
        directionOf([{ ...ALLOW, when: [old] }], [{ ...ALLOW, when: [now] }]),
        direction,
      );
    });
  }

  const OBLIGATIONS: readonly (readonly [
    Rule['obligations'],
    Rule['obligations'],
    ChangeDirection,
  ])[] = [
    [undefined, { maxRows: 5 }, 'tightens'],
    [{ maxRows: 5 }, undefined, 'loosens'],
    [{ maxRows: 5 }, { maxRows: 6 }, 'loosens'],
    [{ passTtlSeconds: 60 }, { passTtlSeconds: 30 }, 'tightens'],
    [{ approvals: 2 }, { approvals: 3 }, 'tightens'],
    [{ approvals: 2 }, { approvals: 1 }, 'loosens'],
    [{ approverRoles: ['a'] }, { approverRoles: ['a', 'b'] }, 'loosens'],
    [{ blockedPaths: ['a/**'] }, { blockedPaths: ['a/b'] }, 'loosens'],
    [{ blockedPaths: ['a/b'] }, { blockedPaths: ['a/**', 'c'] }, 'tightens'],
    [{ recipients: '*@a.com' }, { recipients: 'x@a.com' }, 'tightens'],
    [{ channels: ['a', 'b'] }, { channels: ['b'] }, 'tightens'],
    [{ fields: { 'payload.x': { max: 1 } } }, { fields: { 'payload.x': { max: 2 } } }, 'unclear'],
    [
      { windows: [{ timeZone: 'UTC' }] },
      { windows: [{ timeZone: 'UTC', days: ['mon'], from: '09:00', to: '10:00' }] },
      'tightens',
    ],
  ];
  for (const [old, now, direction] of OBLIGATIONS) {
    it(`calls ${JSON.stringify(old)} to ${JSON.stringify(now)} "${direction}"`, () => {
      const rule = (obligations: Rule['obligations']): Rule => ({
        ...ASK,
        ...(obligations && { obligations }),
      });
      assert.equal(directionOf([rule(old)], [rule(now)]), direction);
    });
  }

  it('says what changed, in words, and where', () => {
    const before = policyWith([DENY, { ...ALLOW, obligations: { maxRows: 5 } }]);
    const after = policyWith([
      aRule('n', { effect: 'deny' }),
      { ...ALLOW, match: { tool: '*' }, obligations: { maxRows: 6 } },
    ]);
    const { changes, direction } = diffPolicies(before, after);
    assert.equal(direction, 'loosens');
    assert.deepEqual(
      changes.map(({ kind, name, path }) => [kind, name, path]),
      [
        ['rule-added', 'n', ['policies', 0]],
        ['rule-changed', 'a', ['policies', 1]],
        ['rule-removed', 'd', ['policies', 0]],
      ],
    );
    assert.deepEqual(changes[1]?.details, ['match: matches more', 'obligation maxRows changed']);
    assert.match(
      changes[1]?.after ?? '',
      /^Allows calls of `\*`\. Requires a limit of at most 6 rows\.$/,
    );
  });
});

describe('diffPolicies, on the rest of a file', () => {
  const rules = [ALLOW];
  const only = (
    before: Partial<PolicyDocumentInput>,
    after: Partial<PolicyDocumentInput>,
    list: Rule[] = rules,
  ) => {
    const { changes, direction } = diffPolicies(policyWith(list, before), policyWith(list, after));
    return [direction, ...changes.map(({ kind, name }) => `${kind} ${name}`)];
  };

  it('calls a new or another server loosening, always', () => {
    const fs = { fs: { command: 'fs' } };
    assert.deepEqual(only({}, { servers: fs }), ['loosens', 'server fs']);
    assert.deepEqual(only({ servers: fs }, { servers: { fs: { command: 'fs', args: ['x'] } } }), [
      'loosens',
      'server fs',
    ]);
    assert.deepEqual(
      only({ servers: fs }, { servers: { fs: { command: 'fs', env: { A: 'b' } } } }),
      ['loosens', 'server fs'],
    );
    assert.deepEqual(only({ servers: fs }, {}), ['unclear', 'server fs']);
    assert.deepEqual(only({ servers: fs }, { servers: fs }), ['neutral']);
  });

  it('judges a list by the rules that compare with it', () => {
    const using = (effect: 'allow' | 'deny' | 'step_up', condition: Condition): Rule[] => [
      aRule('u', { effect, when: [condition] }),
    ];
    const is: Condition = { field: 'payload.a', equalsField: 'lists.l' };
    const grow = (list: Rule[]): unknown =>
      only({ lists: { l: ['a'] } }, { lists: { l: ['a', 'b'] } }, list)[0];
    const shrink = (list: Rule[]): unknown =>
      only({ lists: { l: ['a', 'b'] } }, { lists: { l: ['a'] } }, list)[0];
    assert.equal(grow(using('allow', is)), 'loosens');
    assert.equal(shrink(using('allow', is)), 'tightens');
    assert.equal(grow(using('deny', is)), 'tightens');
    assert.equal(grow(using('deny', { not: is })), 'loosens');
    assert.equal(grow(using('deny', { field: 'payload.a', notEqualsField: 'lists.l' })), 'loosens');
    assert.equal(shrink(using('step_up', is)), 'unclear');
    const bound = using('allow', is).map((one) => ({ ...one, obligations: { maxRows: 1 } }));
    assert.equal(shrink(bound), 'unclear');
    assert.equal(grow(bound), 'loosens');
    assert.equal(grow(rules), 'neutral');
    assert.equal(
      only({ lists: { l: ['a'] } }, { lists: { l: ['a', 1] } }, using('deny', is))[0],
      'unclear',
    );
  });

  it('judges a role by who is matched and who approves', () => {
    const roles = (...members: string[]): Partial<PolicyDocumentInput> => ({
      roles: { r: members },
    });
    const matched: Rule[] = [aRule('u', { match: { tool: 'x', roles: 'r' } })];
    const approving: Rule[] = [{ ...ASK, obligations: { approverRoles: ['r'] } }];
    for (const list of [matched, approving]) {
      assert.equal(only(roles('user:a'), roles('user:a', 'user:b'), list)[0], 'loosens');
      assert.equal(only(roles('user:a', 'user:b'), roles('user:b'), list)[0], 'tightens');
    }
  });

  it('tells a change of presets and packs in one line, and rule by rule', () => {
    const [direction, first, ...others] = only({ preset: 'coding-agent' }, { preset: 'read-only' });
    assert.equal(direction, 'loosens');
    assert.equal(first, 'preset preset');
    assert.ok(others.includes('rule-removed slack-post'));
    assert.equal(only({}, { packs: ['slack'] })[1], 'packs packs');
    assert.equal(only({ tenant: 'org:a' }, { tenant: 'org:b' })[0], 'unclear');
  });
});

// A diff must not call milder what allows more. The decisions themselves say what allows more.
const PERMISSIVE = { deny: 0, step_up: 1, allow: 2 } as const;

type Change = readonly [PolicyRule[], PolicyRule[]];

type Edit = (old: PolicyRule, other: PolicyRule) => PolicyRule | undefined;

function rebuilt({ when, obligations, ...rest }: PolicyRule): PolicyRule {
  const isBound = obligations !== undefined && rest.effect !== 'deny';
  return { ...rest, ...(when && { when }), ...(isBound && { obligations }) };
}

const EDITS: readonly Edit[] = [
  () => undefined,
  (old, other) => ({ ...other, id: old.id }),
  (old, other) => rebuilt({ ...old, effect: other.effect }),
  (old, other) => ({ ...old, match: other.match }),
  (old, other) => rebuilt({ ...old, when: other.when }),
  (old, other) => rebuilt({ ...old, obligations: other.obligations }),
];

// Mostly small edits: two policies that share nothing are hardly ever called milder.
const edit: fc.Arbitrary<Change> = fc
  .record({
    before: rules,
    other: rule,
    index: fc.nat(3),
    edited: fc.constantFrom(...EDITS),
    isReversed: fc.boolean(),
    // With it, what a denial or an obligation covers shows in every decision.
    base: fc.constantFrom([], [aRule('base', { match: { tool: '**' } })]),
  })
  .map(({ before: own, other, index, edited, isReversed, base }) => {
    const old = own[index % own.length] ?? other;
    const now = edited(old, other);
    const before = [...base, ...own];
    const after = [...before.filter(({ id }) => id !== old.id), ...(now ? [now] : [])];
    return isReversed ? [after, before] : [before, after];
  });

const change = fc.record({
  edit,
  lists,
  otherLists: fc.option(lists, { nil: undefined }),
  actions: fc.array(action, { minLength: 24, maxLength: 24 }),
});

function decided(policy: Policy, asked: Action): Decision['decision'] {
  return evaluatePolicy(asked, policy, { now: '2026-01-05T10:00:00Z' }).decision;
}

describe('diffPolicies, against the decisions themselves', () => {
  it('never calls "tightens" or "neutral" what allows anything more', function () {
    this.timeout(60_000);
    let mild = 0;
    fc.assert(
      fc.property(change, ({ edit: [before, after], actions, ...given }) => {
        const from = policyWith(before, { lists: given.lists });
        const to = policyWith(after, { lists: given.otherLists ?? given.lists });
        const { direction } = diffPolicies(from, to);
        if (direction !== 'tightens' && direction !== 'neutral') return;
        mild += 1;
        for (const asked of actions) {
          const [was, is] = [decided(from, asked), decided(to, asked)];
          const words = `${direction}: ${was} became ${is}\n${JSON.stringify(asked)}`;
          assert.ok(PERMISSIVE[is] <= PERMISSIVE[was], words);
        }
      }),
      { numRuns: 4_000 },
    );
    assert.ok(mild > 400, `only ${mild} changes were called milder`);
  });
});
