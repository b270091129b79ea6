import assert from 'node:assert/strict';

import { sha256, type Sha256 } from '@axtary/core/digest';

import {
  AnchorError,
  checkAnchors,
  readAnchors,
  sizesToCompare,
  type Anchor,
  type AnchoredTree,
} from '../../src/index.js';

const LOG = `log_${'A'.repeat(22)}`;
const OTHER = `log_${'B'.repeat(22)}`;

function rootAt(size: number): Sha256 {
  return sha256(`root ${size}`);
}

const asked: number[] = [];
const tree: AnchoredTree = {
  log: LOG,
  size: 100,
  rootAt(size) {
    asked.push(size);
    return rootAt(size);
  },
  headAt: (size) => sha256(`head ${size}`),
};

function anchor(size: number, changes: Partial<Anchor> = {}): Anchor {
  return { log: LOG, size, root: rootAt(size), by: 'file', ...changes };
}

async function codesOf(...anchors: readonly Anchor[]): Promise<string[]> {
  return (await checkAnchors(anchors, tree)).findings.map(({ code }) => code);
}

describe('checking anchors', () => {
  it('finds nothing where all agree, and confirms the largest', async () => {
    const report = await checkAnchors([anchor(10), anchor(100), anchor(0)], tree);
    assert.deepEqual(
      report.findings.map(({ code }) => code),
      ['ROLLED_BACK'],
    );
    assert.equal(report.confirmed?.size, 100);
    assert.deepEqual(await codesOf(anchor(0), anchor(10), anchor(10), anchor(100)), []);
  });

  it('asks the ledger for the sizes it has, and says which to keep in a scan', async () => {
    asked.length = 0;
    const anchors = [anchor(7), anchor(9), anchor(500), anchor(8, { log: OTHER })];
    await checkAnchors(anchors, tree);
    assert.deepEqual(asked, [7, 9]);
    assert.deepEqual([...sizesToCompare(anchors, LOG)], [7, 9, 500]);
  });

  it('tells another ledger from a changed one', async () => {
    assert.deepEqual(await codesOf(anchor(10, { log: OTHER })), ['OTHER_LEDGER']);
  });

  it('finds a head that differs, where the ledger has it at hand', async () => {
    assert.deepEqual(await codesOf(anchor(10, { head: sha256('head 10') })), []);
    assert.deepEqual(await codesOf(anchor(10, { head: sha256('head 11') })), ['REWRITTEN']);
  });

  it('finds a rollback in the order of one source, not between two', async () => {
    assert.deepEqual(await codesOf(anchor(10), anchor(9)), ['ROLLED_BACK']);
    assert.deepEqual(await codesOf(anchor(10), anchor(9, { by: 'otlp' })), []);
    const commits = ['a', 'b'].map((digit) => `git:anchors@${digit.repeat(40)}`);
    const [one = '', two = ''] = commits;
    assert.deepEqual(await codesOf(anchor(10, { by: one }), anchor(9, { by: two })), [
      'ROLLED_BACK',
    ]);
  });

  it('finds two trees of one size, also beyond the end of the ledger', async () => {
    const other = { root: sha256('another'), by: 'otlp' };
    assert.deepEqual(await codesOf(anchor(200), anchor(200, other)), [
      'FORKED',
      'TRUNCATED',
      'TRUNCATED',
    ]);
  });

  it('says up to where ledger and anchors agree', async () => {
    const bad = { root: sha256('another') };
    const report = await checkAnchors([anchor(10), anchor(20, bad), anchor(300)], tree);
    assert.deepEqual(
      report.findings.map(({ code, agreesTo }) => [code, agreesTo]),
      [
        ['REWRITTEN', 10],
        ['TRUNCATED', 10],
      ],
    );
  });
});

describe('reading anchors', () => {
  it('takes what can be read, and names what cannot', async () => {
    const good = { name: 'file', read: () => Promise.resolve([anchor(1)]) };
    const bad = {
      name: 'otlp',
      read: () => Promise.reject(new AnchorError('ANCHOR_TIMEOUT', 'no answer')),
    };
    assert.deepEqual(await readAnchors([bad, good], LOG), {
      anchors: [anchor(1)],
      unread: [{ name: 'otlp', code: 'ANCHOR_TIMEOUT', message: 'no answer' }],
    });
  });
});
