import assert from 'node:assert/strict';

import { compileGlob, globProblem } from '@axtary/policy';
import fc from 'fast-check';

import { areDisjoint, globCovers } from '../../src/lint/glob-relations.js';

const part = fc.constantFrom('a', 'b', '*', '**', 'a*', '*b', 'a*b', 'ab', '');
const glob = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => globProblem(text) === undefined);
const segment = fc.constantFrom('a', 'b', 'ab', 'aab', 'x', '');
const subject = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const subjects = fc.array(subject, { minLength: 40, maxLength: 40 });

describe('globCovers', () => {
  it('is right whenever it says that one glob covers another', () => {
    let said = 0;
    fc.assert(
      fc.property(glob, glob, subjects, (wide, narrow, texts) => {
        if (!globCovers(wide, narrow)) return;
        said += 1;
        const [outer, inner] = [compileGlob(wide), compileGlob(narrow)];
        for (const text of texts)
          assert.ok(!inner(text) || outer(text), `${wide} ${narrow} ${text}`);
      }),
      { numRuns: 5000 },
    );
    assert.ok(said > 200, `said ${said} times`);
  });

  const COVERED: readonly (readonly [string, string])[] = [
    ['src/**', 'src/a/*.ts'],
    ['**', '**/a'],
    ['**/.env*', 'app/.env.local'],
    ['**/*.pem', 'a/*/b.pem'],
    ['mcp:*/read_*', 'mcp:fs/read_*'],
    ['a/**/b', 'a/**/c/b'],
    ['*@a.com', 'x*@a.com'],
  ];
  for (const [wide, narrow] of COVERED) {
    it(`sees that ${wide} covers ${narrow}, and not the other way round`, () => {
      assert.ok(globCovers(wide, narrow));
      assert.ok(!globCovers(narrow, wide));
    });
  }
});

describe('areDisjoint', () => {
  it('is right whenever it says that nothing matches both', () => {
    let said = 0;
    fc.assert(
      fc.property(glob, glob, subjects, (left, right, texts) => {
        if (!areDisjoint(left, right)) return;
        said += 1;
        const [one, other] = [compileGlob(left), compileGlob(right)];
        for (const text of texts) assert.ok(!one(text) || !other(text), `${left} ${right} ${text}`);
      }),
      { numRuns: 5000 },
    );
    assert.ok(said > 200, `said ${said} times`);
  });
});
