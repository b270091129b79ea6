import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { VerifyReport } from '@axtary/protocol';

import { findRecord, prettyRecord } from '../src/ledger/find-record.js';
import { findingText, nextSteps, type Texts } from '../src/ledger/finding-texts.js';
import { reportText } from '../src/ledger/report.js';

const l10n: Texts = {
  t: (message, ...args) =>
    message.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)])),
};

const REPORT: VerifyReport = {
  verdict: 'VALID_UNANCHORED',
  message: 'the chain is intact',
  size: 12,
  head: 'sha256:aa',
  log: 'log_a',
  cannotExclude: ['that something was done without being recorded'],
  records: 12,
  hidden: 0,
  unsigned: 0,
  danglingIntents: 0,
};
const PLACE = { file: '/exports/a.jsonl' };

function record(seq: number): string {
  return `{"body":{},"seq":${seq},"v":1}`;
}

describe('the record that an export is invalid at', () => {
  let folder = '';
  let file = '';

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'axtary-find-'));
    file = path.join(folder, 'export.jsonl');
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is found by its place in a ledger without anything around its records', async () => {
    writeFileSync(file, [record(0), record(1), record(2), ''].join('\n'));
    const found = await findRecord(file, 2);
    assert.deepEqual(found, { line: record(2), lineNumber: 3, disclosures: undefined });
  });

  it('is found behind head, keys and disclosures, with what is disclosed of it', async () => {
    const lines = [
      '{"export":{"format":1,"from":0}}',
      '{"key":"{}"}',
      '{"disclosures":[["salt","name","of 0"]]}',
      record(0),
      '{"disclosures":[["salt","name","of 1"]]}',
      record(1),
      record(2),
      '{"manifest":"a.b.c"}',
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const found = await findRecord(file, 1);
    assert.deepEqual(found, { line: record(1), lineNumber: 6, disclosures: lines[4] });
    assert.equal((await findRecord(file, 2))?.disclosures, undefined);
    assert.equal(await findRecord(file, 3), undefined);
  });

  it('is counted from the first record of a part', async () => {
    writeFileSync(file, ['{"export":{"from":40}}', record(40), record(41), ''].join('\n'));
    assert.equal((await findRecord(file, 41))?.lineNumber, 3);
    assert.equal(await findRecord(file, 0), undefined);
  });

  it('is the one that stands in its place, whatever number it says', async () => {
    writeFileSync(file, [record(0), record(0), record(1), ''].join('\n'));
    assert.equal((await findRecord(file, 1))?.lineNumber, 2);
    writeFileSync(file, [record(0), 'not JSON', record(1), ''].join('\n'));
    assert.equal((await findRecord(file, 1))?.line, 'not JSON');
  });

  it('is the one that says its number in a selection, which leaves records out', async () => {
    const head = '{"export":{"from":0,"select":{"types":["decision"]}}}';
    writeFileSync(file, [head, '{"inclusion":[]}', record(7), record(19), ''].join('\n'));
    assert.equal((await findRecord(file, 19))?.lineNumber, 4);
    assert.equal(await findRecord(file, 1), undefined);
  });

  it('is shown as JSON with its disclosures, or as it stands where it is none', () => {
    assert.deepEqual(JSON.parse(prettyRecord('{"seq":1}')), { seq: 1 });
    assert.deepEqual(JSON.parse(prettyRecord('{"seq":1}', '{"disclosures":[["s","n",2]]}')), {
      record: { seq: 1 },
      disclosures: [['s', 'n', 2]],
    });
    assert.equal(prettyRecord('{"seq":'), '{"seq":');
  });
});

describe('the report of a verification', () => {
  it('says what an unanchored verdict cannot exclude, and how to exclude it', () => {
    const text = reportText(REPORT, PLACE, l10n);
    assert.match(text, /^VALID_UNANCHORED\n=+\n12 records are intact, but nothing outside/);
    assert.ok(text.split('\n').every((line) => line.length <= 72));
    assert.match(text, /What this cannot exclude\n-+\n- that something was done/);
    assert.match(text, /compared with nothing but itself/);
    assert.match(text, /What to do now\n-+\n- Compare the head below/);
    assert.doesNotMatch(text, /What is wrong/);
  });

  it('says nothing of comparing with nothing where a head was compared', () => {
    const text = reportText({ ...REPORT, verdict: 'VALID_ANCHORED' }, PLACE, l10n);
    assert.doesNotMatch(text, /compared with nothing but itself/);
  });

  it('says what is wrong, where, and up to which record nothing is', () => {
    const report: VerifyReport = {
      ...REPORT,
      verdict: 'INVALID',
      code: 'PREV_MISMATCH',
      seq: 7,
      cannotExclude: [],
    };
    const text = reportText(report, { ...PLACE, lineNumber: 12 }, l10n);
    assert.match(text, /A record does not follow from the one before it/);
    assert.match(text, /Code: PREV_MISMATCH/);
    assert.match(text, /First record concerned: 7, in line 12 of the file/);
    assert.match(text, /The 7 records before it follow from each other/);
    assert.match(text, /- Keep the file as it is, as evidence/);
  });

  it('says what the file agrees with, and what is kept back in it', () => {
    const report: VerifyReport = {
      ...REPORT,
      verdict: 'VALID_ANCHORED',
      hidden: 4,
      anchoredBy: { size: 12, by: 'witness.example', at: '2026-01-02T03:04:05Z' },
    };
    const text = reportText(report, PLACE, l10n);
    assert.match(text, /Agrees with: witness\.example, which knows 12 records, 2026-01-02/);
    assert.match(text, /Sealed members kept back: 4/);
  });

  it('leaves a path whole, whatever is in it', () => {
    const file = `/exports/${'a name '.repeat(20)}.jsonl`;
    assert.ok(reportText(REPORT, { file }, l10n).includes(file));
  });

  it('shows what the file says of itself without its hidden characters', () => {
    const report: VerifyReport = { ...REPORT, verdict: 'INCOMPLETE', message: 'end\u202E gone' };
    assert.doesNotMatch(reportText(report, { file: '/a\u202Eb' }, l10n), /\u202E/);
  });

  it('asks to find out what became of calls whose outcome is unknown', () => {
    const text = reportText({ ...REPORT, danglingIntents: 3 }, PLACE, l10n);
    assert.match(text, /- Find out what became of the 3 calls/);
  });

  it('explains every code, and leaves one of a later version to the message', () => {
    assert.match(findingText('TRUNCATED', l10n) ?? '', /ends before a record/);
    assert.equal(findingText('LATER_CODE', l10n), undefined);
    const report: VerifyReport = { ...REPORT, verdict: 'INVALID', code: 'LATER_CODE' };
    assert.match(reportText(report, PLACE, l10n), /What is wrong\n-+\nthe chain is intact/);
  });

  it('tells a missing end from a change', () => {
    const steps = (verdict: string, code: string): string =>
      nextSteps({ verdict, code }, l10n).join(' ');
    assert.match(steps('INCOMPLETE', 'TORN_TAIL'), /Copy or export the file again/);
    assert.match(steps('INVALID', 'TRUNCATED'), /for the export as it was made/);
    assert.match(steps('INVALID', 'MALFORMED'), /as evidence/);
  });
});
