import assert from 'node:assert/strict';

import { createPolicy, projectAction, type Condition, type Projection } from '@axtary/policy';
import fc from 'fast-check';

import { standsIn } from '../../src/export/stands-in.js';
import { isClearPath } from '../../src/path.js';
import { isStated } from '../../src/stated.js';
import { anAction, aRule, policyOf, type ActionParts } from '../support.js';

function project(condition: Condition, parts: ActionParts): Projection {
  const policy = policyOf(aRule('asked', { when: [condition] }));
  return projectAction(policy.normalRules, anAction(parts), { now: '2026-11-20T23:30:00Z' });
}

function factOf(value: unknown, condition: Partial<Condition> = { present: true }) {
  const payload = JSON.parse(JSON.stringify({ x: value })) as NonNullable<ActionParts['payload']>;
  const { fields } = project({ field: 'payload.x', ...condition }, { payload });
  const { 'payload.x': fact } = fields;
  assert.ok(fact);
  return fact;
}

describe('a projection', () => {
  it('has the fields that rules name, and no other', () => {
    const { fields } = project(
      { field: 'payload.x', equalsField: 'constraints.y' },
      { payload: { x: 1, z: 2 } },
    );
    assert.deepEqual(Object.keys(fields), ['capability.tool', 'payload.x', 'constraints.y']);
  });

  it('sorts elements by type, and says where one has none of them', () => {
    const { texts, numbers, flags, odd, size } = factOf(['a', 1, true]);
    assert.deepEqual([texts, numbers, flags, odd, size], [['a'], [1], [true], false, 3]);
    for (const value of [1.5, 2 ** 53, {}, ['a', ['b']], ['a', null]]) {
      assert.equal(factOf(value).odd, true, JSON.stringify(value));
    }
  });

  it('tells absent from unreadable', () => {
    for (const value of [undefined, null]) {
      const { absent, unreadable, odd } = factOf(value);
      assert.deepEqual([absent, unreadable, odd], [true, false, false]);
    }
    const { fields } = project(
      { field: 'payload.x.y.z', present: true },
      { payload: { x: 'in the way' } },
    );
    const blocked = fields['payload.x.y.z'];
    assert.deepEqual(
      [blocked?.absent, blocked?.unreadable, blocked?.odd, blocked?.size],
      [false, true, true, -1],
    );
  });

  it('reads own members only', () => {
    const { fields } = project({ field: 'payload.constructor', present: true }, {});
    assert.equal(fields['payload.constructor']?.absent, true);
  });

  it('has a number only where the value is one whole number', () => {
    assert.deepEqual([factOf(3).isNumber, factOf(3).number], [true, 3]);
    for (const value of [[3], '3', 3.5, 2 ** 53]) {
      assert.deepEqual([factOf(value).isNumber, factOf(value).number], [false, 0]);
    }
  });

  it('counts elements of a list and UTF-16 units of a text', () => {
    assert.deepEqual([factOf('a😀').size, factOf([1, 2]).size, factOf(7).size], [3, 2, -1]);
  });

  it('says what matching costs', () => {
    assert.deepEqual([factOf('abc').work, factOf(['ab', 'c', 1]).work], [4, 6]);
  });

  it('knows globs, and at most 256 of them', () => {
    assert.equal(factOf(['src/**', 'a']).globs, true);
    assert.equal(factOf(['src/**', 'a?']).globs, false);
    assert.equal(factOf(['src/**', 1]).globs, false);
    assert.equal(factOf(Array.from({ length: 257 }, () => 'a')).globs, false);
    const long = factOf('ß'.repeat(400));
    assert.deepEqual([long.globs, long.foldedGlobs], [false, false]);
  });

  it('searches the request of the human only for what rules ask about', () => {
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      policies: [aRule('asked', { when: [{ field: 'payload.x', stated_by_human: true }] })],
    });
    const action = anAction({ payload: { x: 'main', y: 'main' } });
    const said = { ...action, intent: { ...action.intent, request: 'merge main' } };
    const { fields } = projectAction(policy.normalRules, said);
    assert.equal(fields['payload.x']?.stated, true);
    assert.equal(factOf('main').stated, false);
  });

  it('has the local time of each time zone, and none where no time is known', () => {
    const window = { from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' };
    assert.deepEqual(project({ window }, {}).zones, { 'Europe/Berlin': { day: 6, minute: 30 } });
    const { normalRules } = policyOf(aRule('asked', { when: [{ window }] }));
    assert.deepEqual(projectAction(normalRules, anAction(), { now: 'soon' }).zones, {});
    assert.deepEqual(projectAction(normalRules, anAction()).zones, {});
  });

  it('has counts of the meters that rules name, where they are counts', () => {
    const rates = [{ max: 2, windowSeconds: 60, per: ['agent' as const] }];
    const { normalRules } = policyOf(aRule('asked', { obligations: { rates } }));
    const usage = { 'asked.rate.0': 1, other: 2 };
    assert.deepEqual(projectAction(normalRules, anAction(), { usage }).usage, {
      'asked.rate.0': 1,
    });
    const odd = { 'asked.rate.0': -1 };
    assert.deepEqual(projectAction(normalRules, anAction(), { usage: odd }).usage, {});
  });
});

describe('the second readings', () => {
  it('find the same values in the request of a human', () => {
    const unit = fc.constantFrom(...Array.from('12005,.-$ aé_@/+%💶😀²'));
    const text = fc.string({ unit, maxLength: 12 });
    const number = fc.constantFrom(1, 12, 1.5, 100, 1000, 0, 5, -5, 0.5);
    const asked = fc.record({ request: text, other: text, at: fc.nat(11), number });
    const check = fc.property(asked, ({ request, other, at, number: value }) => {
      const part = Array.from(request)
        .slice(at, at + 3)
        .join('');
      for (const each of [Array.from(other).slice(0, 4).join(''), part, value]) {
        assert.equal(standsIn(request, each), isStated(each, request));
      }
    });
    fc.assert(check, { numRuns: 5000 });
  });

  it('take the same paths for clear', () => {
    const part = fc.constantFrom(
      'a',
      '.',
      '..',
      '',
      'a.',
      'b ',
      '\\',
      '\0',
      'e\u0301',
      '\u200b',
      'é',
    );
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const check = fc.property(path, (each) => {
      const { fields } = project(
        { field: 'payload.filesChanged', present: true },
        { payload: { filesChanged: [each] } },
      );
      assert.equal(fields['payload.filesChanged']?.odd, !isClearPath(each), JSON.stringify(each));
    });
    fc.assert(check, { numRuns: 2000 });
  });
});
