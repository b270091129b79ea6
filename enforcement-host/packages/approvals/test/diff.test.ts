import assert from 'node:assert/strict';

import fc from 'fast-check';

import { diffMetadataSchema } from '@axtary/core';

import { createDiffMetadata } from '../src/index.js';

type Line = ReturnType<typeof linesOf>[number];

function linesOf(before: string | undefined, after: string | undefined) {
  const [file] = createDiffMetadata('github', [{ path: 'a', before, after }]).files;
  return file?.hunks.flatMap(({ lines }) => lines) ?? [];
}

/** The text that the old or the new lines add up to. */
function textOf(lines: readonly Line[], left: 'addition' | 'deletion'): string {
  return lines
    .filter(({ type }) => type !== left)
    .map(({ content, noNewline }) => content + (noNewline === true ? '' : '\n'))
    .join('');
}

describe('createDiffMetadata', () => {
  it('numbers the lines of a change with three lines around it', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
    const { files, summary } = createDiffMetadata('github', [
      { path: 'x', before, after: before.replace('e', 'E') },
    ]);
    assert.equal(summary, '1 modified file, 1 addition, 1 deletion');
    assert.equal(files[0]?.hunks[0]?.header, '@@ -2,7 +2,7 @@');
    assert.deepEqual(files[0]?.hunks[0]?.lines.slice(2, 6), [
      { type: 'context', oldLine: 4, newLine: 4, content: 'd' },
      { type: 'deletion', oldLine: 5, content: 'e' },
      { type: 'addition', newLine: 5, content: 'E' },
      { type: 'context', oldLine: 6, newLine: 6, content: 'f' },
    ]);
  });

  it('says what is added, removed and modified', () => {
    const changes = [
      { path: 'new', after: 'a\nb\n' },
      { path: 'old', before: 'a\n' },
      { path: 'both', before: 'a\n', after: 'b\n' },
    ];
    const { files, summary } = createDiffMetadata('github', changes);
    assert.deepEqual(
      files.map(({ status, additions, deletions }) => [status, additions, deletions]),
      [
        ['added', 2, 0],
        ['removed', 0, 1],
        ['modified', 1, 1],
      ],
    );
    assert.equal(
      summary,
      '1 modified file, 1 added file, 1 removed file, 3 additions, 2 deletions',
    );
  });

  it('marks a last line without newline', () => {
    assert.deepEqual(linesOf('a\n', 'a'), [
      { type: 'deletion', oldLine: 1, content: 'a' },
      { type: 'addition', newLine: 1, content: 'a', noNewline: true },
    ]);
  });

  it('shows a change of line endings alone', () => {
    assert.deepEqual(
      linesOf('a\r\n', 'a\n').map(({ type, content }) => [type, content]),
      [
        ['deletion', 'a\r'],
        ['addition', 'a'],
      ],
    );
  });

  it('shows nothing where nothing changed, also for empty files', () => {
    assert.deepEqual(linesOf('', ''), []);
    assert.deepEqual(linesOf(undefined, ''), []);
    assert.deepEqual(linesOf('a\n', 'a\n'), []);
    assert.equal(createDiffMetadata('x', []).summary, '0 additions, 0 deletions');
  });

  it('keeps every character, also those that hide', () => {
    const after = '\u202e\u200b\ud83d\ude00e\u0301\u0000\u2028\f\\ No newline\n';
    assert.deepEqual(
      linesOf('', after).map(({ content }) => content),
      [after.slice(0, -1)],
    );
  });

  it('tells a line of text from the mark of a missing newline', () => {
    const line = '\\ No newline at end of file';
    assert.deepEqual(
      linesOf(`${line}\n`, `${line}\nx\n`).map(({ type, content }) => [type, content]),
      [
        ['context', line],
        ['addition', 'x'],
      ],
    );
  });

  it('adds up to both texts, whatever they are', () => {
    const text = fc
      .array(fc.constantFrom('a\n', 'b\n', '\r\n', '-\n', '+x\n', 'z'))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = linesOf(before, after);
        const diff = createDiffMetadata('x', [{ path: 'a', before, after }]);
        assert.ok(diffMetadataSchema.safeParse(diff).success);
        // Only what is near a change is shown, so only short texts add up.
        const isAllShown = before.split('\n').length <= 4 && after.split('\n').length <= 4;
        if (!isAllShown || before === after) return;
        assert.equal(textOf(lines, 'addition'), before);
        assert.equal(textOf(lines, 'deletion'), after);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends in bounded time, and stays exact, when 10,000 lines are all replaced, in many files', () => {
    const text = (letter: string): string =>
      Array.from({ length: 10_000 }, (_, n) => `${letter}${n}\n`).join('');
    const [before, after] = [text('a'), text('b')];
    const begin = performance.now();
    const changes = Array.from({ length: 10 }, (_, n) => ({ path: `f${n}`, before, after }));
    const { files, summary } = createDiffMetadata('x', changes);
    assert.ok(performance.now() - begin < 15_000);
    assert.equal(summary, '10 modified files, 100000 additions, 100000 deletions');
    const lines = files[9]?.hunks.flatMap((hunk) => hunk.lines) ?? [];
    assert.equal(textOf(lines, 'addition'), before);
    assert.equal(textOf(lines, 'deletion'), after);
    assert.deepEqual([lines[9_999]?.oldLine, lines[19_999]?.newLine], [10_000, 10_000]);
  });

  it('keeps the diff short where 10,000 lines have one change', () => {
    const before = Array.from({ length: 10_000 }, (_, n) => `line ${n}\n`).join('');
    const lines = linesOf(before, before.replace('line 5000\n', ''));
    assert.equal(lines.length, 7);
  });
});
