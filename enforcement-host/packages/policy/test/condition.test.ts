import assert from 'node:assert/strict';

import type { Condition } from '@axtary/policy';

import { COMBINED } from './combined-cases.js';
import { CASES, withOther, withPaths, withValue } from './condition-cases.js';
import { anAction, aRule, decide, holdsIn, NO, UNDECIDABLE } from './support.js';

const field = 'payload.x';
const paths = 'context.paths';
const UNCLEAR_PATHS = [
  '..',
  'a/.',
  'a/..',
  './a',
  'a/../b',
  'a//b',
  'a/',
  '/',
  '//a',
  'a\\b',
  'a\0b',
  '',
];

describe('conditions', () => {
  for (const [sentence, condition, action, expected] of [...CASES, ...COMBINED]) {
    it(sentence, () => {
      assert.deepEqual(holdsIn(condition, action), expected);
    });
  }

  it('cannot decide a path in another than its normal spelling', () => {
    for (const path of UNCLEAR_PATHS) {
      const matches: Condition = { field: paths, matches: 'infra/**' };
      assert.deepEqual(holdsIn(matches, withPaths('src/a', path)), UNDECIDABLE, path);
      const changed: Condition = { field: 'payload.filesChanged', matches: 'infra/**' };
      const action = anAction({ payload: { filesChanged: [path] } });
      assert.deepEqual(holdsIn(changed, action), UNDECIDABLE, path);
    }
  });

  it('decide normal paths, absolute ones and those with dots in names', () => {
    for (const path of ['.', 'a', 'a/b', '/a/b', '.a', '..a', 'a/.b/c..d', 'ü/x y']) {
      assert.deepEqual(holdsIn({ field: paths, matches: 'infra/**' }, withPaths(path)), NO, path);
    }
  });

  it('must all hold', () => {
    const when = [
      { field, equals: 'a' },
      { field, maxSize: 0 },
    ];
    assert.equal(decide(withValue('a'), aRule('both', { when })).decision, 'deny');
  });

  it('do not spend minutes on matching globs that a hostile action brings', () => {
    const globs = Array.from({ length: 256 }, (_, index) => `*${index}*a*b`);
    const action = withOther('a'.repeat(1 << 20), globs);
    const started = process.cpuUsage();
    assert.deepEqual(holdsIn({ field, matchesField: 'constraints.y' }, action), UNDECIDABLE);
    assert.ok(process.cpuUsage(started).user < 1_000_000);
  });

  it('recompile given globs when more are seen than are kept', () => {
    for (let index = 0; index < 1200; index++) {
      const action = withOther(`name-${index}`, `name-${index}*`);
      assert.equal(
        decide(action, aRule('r', { when: [{ field, matchesField: 'constraints.y' }] })).decision,
        'allow',
      );
    }
  });
});
