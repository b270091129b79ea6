import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createDiffMetadata } from '@axtary/approvals';

import { diffText } from '../../src/ledger/diff-text.js';

describe('a diff as text', () => {
  it('is what git applies', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'axt-diff-'));
    try {
      const before = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');
      const after = before.replace('line 3', 'other 3').replace('line 30\n', '');
      writeFileSync(path.join(folder, 'a.txt'), before);
      writeFileSync(path.join(folder, 'gone.txt'), 'x\n');
      const diff = createDiffMetadata('test', [
        { path: 'a.txt', before, after: `${after}\n` },
        { path: 'new.txt', after: 'one\ntwo' },
        { path: 'gone.txt', before: 'x\n' },
      ]);
      execFileSync('git', ['apply', '-'], { cwd: folder, input: diffText(diff) });
      assert.equal(readFileSync(path.join(folder, 'a.txt'), 'utf8'), `${after}\n`);
      assert.equal(readFileSync(path.join(folder, 'new.txt'), 'utf8'), 'one\ntwo');
      assert.throws(() => readFileSync(path.join(folder, 'gone.txt')));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps a path on one line', () => {
    const name = 'a\n+++ b/evil';
    const text = diffText(
      createDiffMetadata('test', [{ path: name, before: 'a\n', after: 'b\n' }]),
    );
    assert.deepEqual(text.split('\n').slice(0, 2), [
      String.raw`--- "a/a\n+++ b/evil"`,
      String.raw`+++ "b/a\n+++ b/evil"`,
    ]);
  });
});
