import assert from 'node:assert/strict';

import { compileGlob, globProblem } from '@axtary/policy';
import fc from 'fast-check';

import { foldCase } from '../src/path.js';
import { cpuTime } from './support.js';

// The aim is 50 ms; a busy machine takes a few times as long, a blow-up thousands of times.
const TOLERATED_MS = 500;

const MATCHES: readonly [glob: string, subject: string, expected: boolean][] = [
  ['main', 'main', true],
  ['main', 'Main', false],
  ['main', 'main/', false],
  ['*', '', true],
  ['*', 'a', true],
  ['*', 'a/b', false],
  ['*', '.env', true],
  ['**', '', true],
  ['**', 'a/b', true],
  ['src/**', 'src', false],
  ['src/**', 'src/.env', true],
  ['src/**', 'src/a/b', true],
  ['src/**', 'srcs/a', false],
  ['/**', '/etc', true],
  ['/**', 'etc', false],
  ['*:/**', 'C:/Users', true],
  ['**/.env*', '.env', true],
  ['**/.env*', 'a/b/.env.local', true],
  ['**/.env*', 'a/b/env', false],
  ['**/.env*', '.env/a', false],
  ['**/.git/**', '.git/config', true],
  ['**/.git/**', 'a/.git/b/c', true],
  ['**/.git/**', 'a/.git', false],
  ['**/.git/**', '.github/x', false],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/**/b', 'a', false],
  ['a/**/b', 'a/xb', false],
  ['a/**/a', 'a', false],
  ['a/**/b/**/c', 'a/b/c', true],
  ['a/**/b/**/c', 'a/x/b/y/b/z/c', true],
  ['a/**/b/**/c', 'a/x/c', false],
  ['**/**', 'a', true],
  ['**/a*c', 'x/abc', true],
  ['mcp:*/write_*', 'mcp:filesystem/write_file', true],
  ['mcp:*/write_*', 'mcp:filesystem/read_file', false],
  ['mcp:*/write_*', 'mcp:a/b/write_file', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a1b2c', true],
  ['a*b*c', 'acb', false],
  ['*aab*', 'aaab', true],
  ['*abab*x', 'abacababx', true],
  ['repo:*/web+(app)', 'repo:x/web+(app)', true],
  ['*.ts', 'naïve.ts', true],
  ['a*', 'a\nb', true],
];

const REFUSED: readonly [glob: string, expected: RegExp][] = [
  ['', /empty/],
  ['a?', /"\?" has no meaning/],
  ['[ab]', /"\["/],
  ['a]', /"\]"/],
  ['{a,b}', /"\{"/],
  ['a}', /"\}"/],
  ['!a', /"!"/],
  ['a\\b', /"\\"/],
  ['a\0', /NUL/],
  ['a**', /whole segment/],
  ['***', /whole segment/],
  ['**/a/**/b/**', /at most 2 "\*\*"/],
  [`**/${'a/'.repeat(9)}**`, /at most 8 segments/],
  ['**/.env*/**', /no "\*" inside a segment beside two/],
  ['**/**/*', /no "\*" inside a segment beside two/],
  ['a'.repeat(513), /at most 512/],
];

const MEGABYTE = 1 << 20;
const COSTLY: readonly [glob: string, subject: string][] = [
  ['*' + 'a*'.repeat(250) + 'b', 'a'.repeat(MEGABYTE)],
  ['*' + 'a*'.repeat(250) + 'b', 'a'.repeat(MEGABYTE) + 'cb'],
  ['*' + 'a'.repeat(400) + 'b*', 'a'.repeat(MEGABYTE)],
  ['*b' + 'a'.repeat(400) + '*c', 'a'.repeat(MEGABYTE) + 'c'],
  ['a*a/'.repeat(8) + '**/b', 'aaa/'.repeat(MEGABYTE / 4) + 'b'],
  ['**/' + 'a/'.repeat(7) + 'c/**/b', 'a/'.repeat(MEGABYTE / 2) + 'b'],
  ['**/' + 'a*b*c/'.repeat(8) + 'd', 'abababab/'.repeat(MEGABYTE / 9) + 'd'],
  ['*/'.repeat(200) + '**', 'a/'.repeat(MEGABYTE / 2)],
  ['**' + '/*'.repeat(200), '/'.repeat(MEGABYTE)],
  ['(a+)+$', 'a'.repeat(MEGABYTE)],
  ['**/x/**/y', '/'.repeat(MEGABYTE) + 'y'],
];

describe('globs', () => {
  for (const [glob, subject, expected] of MATCHES) {
    const verb = expected ? 'matches' : 'does not match';
    it(`${JSON.stringify(glob)} ${verb} ${JSON.stringify(subject)}`, () => {
      assert.equal(globProblem(glob), undefined);
      assert.equal(compileGlob(glob)(subject), expected);
    });
  }

  it('are still globs without difference of case, whatever the character', () => {
    for (let code = 1; code < 0x1_0000; code++) {
      const glob = `${String.fromCharCode(code)}\u0345*`.normalize('NFC');
      if (glob.isWellFormed() && globProblem(glob) === undefined) compileGlob(foldCase(glob));
    }
  });

  it('refuses other forms of special characters, and what grows too long without case', () => {
    for (const glob of ['src／*', 'a＊', 'a？', 'e\u0301*', `${'ß'.repeat(300)}*`]) {
      assert.notEqual(globProblem(glob), undefined, glob);
    }
    for (const glob of ['資料（最終）.md', 'ＡＢ*', 'ß*', '①/**']) {
      assert.equal(globProblem(glob), undefined, glob);
    }
  });

  for (const [glob, expected] of REFUSED) {
    it(`refuses ${JSON.stringify(glob.slice(0, 24))}`, () => {
      assert.match(globProblem(glob) ?? '', expected);
      assert.throws(() => compileGlob(glob), TypeError);
    });
  }

  it('take no time to speak of over a subject of 1 MB', () => {
    for (const [glob, subject] of COSTLY) {
      const matches = compileGlob(glob);
      const costs = [1, 2, 3].map(() => cpuTime(() => matches(subject)));
      assert.ok(Math.min(...costs) <= TOLERATED_MS, `${glob.slice(0, 20)}: ${costs.join(', ')} ms`);
    }
  });

  it('agree with the grammar, followed naively', () => {
    const piece = fc.constantFrom('a', 'b', '*', 'ab', 'a*b', '**', '.a', '');
    const glob = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    const name = fc.stringMatching(/^[ab.]{0,4}$/);
    const subject = fc.array(name, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    const check = fc.property(glob, subject, (pattern, text) => {
      fc.pre(globProblem(pattern) === undefined);
      assert.equal(compileGlob(pattern)(text), naive(pattern.split('/'), text.split('/')));
    });
    fc.assert(check, { numRuns: 5000 });
  });
});

function naive(glob: readonly string[], subject: readonly string[]): boolean {
  const [first, ...others] = glob;
  if (first === undefined) return subject.length === 0;
  const [segment, ...rest] = subject;
  if (first !== '**') {
    return segment !== undefined && naiveSegment(first, segment) && naive(others, rest);
  }
  if (others.length === 0) return subject.length > 0;
  return naive(others, subject) || (segment !== undefined && naive(glob, rest));
}

function naiveSegment(glob: string, segment: string): boolean {
  if (glob === '') return segment === '';
  if (!glob.startsWith('*')) {
    return segment.startsWith(glob.slice(0, 1)) && naiveSegment(glob.slice(1), segment.slice(1));
  }
  const rests = Array.from({ length: segment.length + 1 }, (_, index) => segment.slice(index));
  return rests.some((rest) => naiveSegment(glob.slice(1), rest));
}
