import assert from 'node:assert/strict';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalize } from '@axtary/core';

import { parseEntry } from '../../src/record/line.js';
import {
  leafHash,
  LocalJsonlLedger,
  VERDICT_EXIT_CODES,
  verifyLedger,
  type LedgerEntry,
  type VerifyOptions,
} from '../../src/index.js';
import {
  call,
  decision,
  entriesOf,
  HASH,
  inFolder,
  intent,
  lineOf,
  newSigner,
  outcome,
  pass,
  writeLedger,
  writeLines,
} from '../support.js';

const signer = newSigner();

/** A ledger of three calls, each with its checkpoint: records 5, 10 and 15. */
async function writeSigned(folder: string): Promise<string> {
  const path = join(folder, 'ledger.jsonl');
  await writeLedger(path, 3, signer);
  return path;
}

/** Verifies what a ledger becomes when its records are changed. */
async function verifyChanged(
  path: string,
  change: (entries: string[]) => string[],
  options?: VerifyOptions,
) {
  const changed = `${path}.changed`;
  await writeLines(changed, change(await entriesOf(path)));
  return verifyLedger(changed, options);
}

/** The lines of a record, the last of them changed. */
function withLine(entry = '', change: (line: string) => string): string {
  const line = lineOf(entry);
  return entry.slice(0, entry.length - line.length) + change(line);
}

function withMembers(entry: string | undefined, members: object): string {
  return withLine(entry, (line) => {
    const record: unknown = JSON.parse(line);
    assert.ok(typeof record === 'object');
    return canonicalize({ ...record, ...members });
  });
}

/** Whether the newline at `at` ends a record, and not its disclosures. */
function isRecordEnd(bytes: Buffer, at: number): boolean {
  const start = bytes.lastIndexOf(0x0a, at - 1) + 1;
  return !bytes.subarray(start, at).toString().startsWith('{"disclosures":');
}

/** Rewrites every link after a change, as whoever lacks the checkpoint key could. */
function relink(entries: readonly string[], from = 1): string[] {
  const relinked = [...entries];
  for (let seq = from; seq < relinked.length; seq++) {
    const prev = leafHash(lineOf(relinked[seq - 1]));
    relinked[seq] = withMembers(relinked[seq], { seq, prev });
  }
  return relinked;
}

describe('verifyLedger', () => {
  it('never says more of an intact ledger than what confirms it', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED');
      assert.equal(VERDICT_EXIT_CODES[report.verdict], 3);
      assert.equal(report.size, 16);
      assert.equal(report.unsigned, 0);
      assert.equal(report.cannotExclude.length, 5);
      const { log, size, head } = report;
      const anchor = { log, size, head };
      const anchored = await verifyLedger(path, {
        anchors: [anchor],
        trustRoot: signer.kid,
      });
      assert.equal(anchored.verdict, 'VALID_ANCHORED');
      assert.equal(VERDICT_EXIT_CODES[anchored.verdict], 0);
      assert.equal(anchored.cannotExclude.length, 2);
    }));

  it('finds any changed byte of a ledger, at the record or at the link to it', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 1, signer);
      const bytes = await readFile(path);
      const file = await open(path, 'r+');
      let seq = 0;
      for (const [at, byte] of bytes.entries()) {
        for (const mask of [0x01, 0x20, 0x80]) {
          await file.write(Uint8Array.of(byte ^ mask), 0, 1, at);
          const report = await verifyLedger(path);
          const where = `byte ${at} of record ${seq}, mask ${mask}: ${report.message}`;
          assert.equal(report.verdict, 'INVALID', where);
          const isLink = report.code === 'PREV_MISMATCH' || report.code === 'LOG_MISMATCH';
          assert.ok(report.seq === seq || (isLink && report.seq === seq + 1), where);
        }
        await file.write(Uint8Array.of(byte), 0, 1, at);
        if (byte === 0x0a && isRecordEnd(bytes, at)) seq++;
      }
      await file.close();
      assert.equal(seq, 6);
      assert.equal((await verifyLedger(path)).verdict, 'VALID_UNANCHORED');
    })).timeout(60_000);

  it('finds a deleted, repeated, swapped or foreign line', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const other = join(folder, 'other.jsonl');
      await writeLedger(other, 3, signer);
      const [foreign = ''] = (await entriesOf(other)).slice(5);
      const cases: [string, number, (lines: string[]) => string[]][] = [
        ['SEQ_MISMATCH', 4, (lines) => lines.toSpliced(4, 1)],
        ['SEQ_MISMATCH', 5, (lines) => lines.toSpliced(5, 0, lines[4] ?? '')],
        ['SEQ_MISMATCH', 2, (lines) => lines.toSpliced(2, 2, lines[3] ?? '', lines[2] ?? '')],
        ['SEQ_MISMATCH', 0, (lines) => lines.slice(1)],
        ['LOG_MISMATCH', 5, (lines) => lines.with(5, foreign)],
        ['PREV_MISMATCH', 2, (lines) => lines.with(1, (lines[1] ?? '').replace('a rule', 'no'))],
        ['MALFORMED', 7, (lines) => lines.with(7, '')],
      ];
      for (const [code, seq, change] of cases) {
        const report = await verifyChanged(path, change);
        assert.deepEqual([report.verdict, report.code, report.seq], ['INVALID', code, seq]);
      }
    }));

  it('finds a relinked change at the next checkpoint', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const report = await verifyChanged(path, (lines) =>
        relink(lines.with(7, (lines[7] ?? '').replace('pass_1', 'pass_7').replace('r1', 'r2')), 8),
      );
      assert.equal(report.verdict, 'INVALID');
      const repaid = await verifyChanged(path, (lines) =>
        relink(lines.with(6, (lines[6] ?? '').replace('a rule', 'no rule')), 7),
      );
      assert.deepEqual([repaid.code, repaid.seq], ['CHECKPOINT_INVALID', 10]);
    }));

  it('refuses a checkpoint in any other spelling, header, key or place', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const alter = (change: (parts: string[]) => string[]) => (lines: string[]) => {
        const last = parseEntry({ line: Buffer.from(lines.at(-1) ?? ''), disclosures: undefined });
        assert.ok('record' in last && last.record.type === 'checkpoint');
        const jws = change(last.record.body.jws.split('.')).join('.');
        return lines.with(-1, withMembers(lines.at(-1), { body: { jws } }));
      };
      const otherHeader = Buffer.from('{"alg":"ES256","typ":"JWT"}').toString('base64url');
      const wrong: ((parts: string[]) => string[])[] = [
        ([h = '', p = '', s = '']) => [`${h}=`, p, s],
        // The last character of 64 bytes in base64url has four bits that decoders ignore.
        ([h = '', p = '', s = '']) => [h, p, `${s.slice(0, -1)}${s.endsWith('A') ? 'B' : 'x'}`],
        ([h = '', p = '', s = '']) => [h, p, s.slice(1)],
        ([, p = '', s = '']) => [otherHeader, p, s],
        ([, p = '', s = '']) => ['e30x', p, s],
        ([h = '', , s = '']) => [h, Buffer.from('{"seq":1}').toString('base64url'), s],
        ([h = '', p = '']) => [h, p, 'A'.repeat(86)],
        () => newSigner().sign('checkpoint', '{}').split('.'),
      ];
      for (const change of wrong) {
        const report = await verifyChanged(path, alter(change));
        assert.deepEqual([report.code, report.seq], ['CHECKPOINT_INVALID', 15]);
      }
    }));

  it('refuses a genesis whose key is no key, and a checkpoint where the genesis names none', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const genesisWith = (body: object) => (lines: string[]) =>
        relink(lines.with(0, withMembers(lines[0], { body })));
      const key = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) };
      const bad = await verifyChanged(path, genesisWith({ software: 'x', checkpointKey: key }));
      assert.deepEqual([bad.code, bad.seq], ['CHECKPOINT_INVALID', 0]);
      const none = await verifyChanged(path, genesisWith({ software: 'x' }));
      assert.deepEqual([none.code, none.seq], ['CHECKPOINT_INVALID', 5]);
    }));

  it('tells a ledger that was cut by the anchor, and says what of it is unsigned', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const { log, size, head } = await verifyLedger(path);
      const anchor = { log, size, head };
      const cut = (lines: string[]) => lines.slice(0, 11);
      assert.equal((await verifyChanged(path, cut)).verdict, 'VALID_UNANCHORED');
      const found = await verifyChanged(path, cut, { anchors: [anchor] });
      assert.deepEqual([found.verdict, found.code, found.seq], ['INVALID', 'TRUNCATED', 11]);
      const unsigned = await verifyChanged(path, (lines) => lines.slice(0, 13));
      assert.deepEqual([unsigned.verdict, unsigned.unsigned], ['VALID_UNANCHORED', 2]);
      assert.match(unsigned.cannotExclude.join(), /the last 2 records, not signed yet/);
      const empty = await verifyChanged(path, () => []);
      assert.deepEqual([empty.verdict, empty.code], ['INCOMPLETE', 'EMPTY']);
      assert.equal(VERDICT_EXIT_CODES[empty.verdict], 4);
    }));

  it('refuses another ledger, another version of it, and another key than the trusted', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const { log, size } = await verifyLedger(path);
      const anchors = [
        { seq: 0, anchor: { log: 'log_AAAAAAAAAAAAAAAAAAAAAA', size, head: HASH } },
        { seq: 2, anchor: { log, size: 3, head: HASH } },
      ];
      for (const { seq, anchor } of anchors) {
        const report = await verifyLedger(path, { anchors: [anchor] });
        assert.deepEqual([report.code, report.seq], ['ANCHOR_MISMATCH', seq]);
        assert.equal(VERDICT_EXIT_CODES[report.verdict], 1);
      }
      const root = await verifyLedger(path, { trustRoot: newSigner().kid });
      assert.deepEqual([root.code, root.seq], ['TRUST_ROOT_MISMATCH', 0]);
      const nothing = { log, size: 0, head: HASH };
      const attempt = verifyLedger(path, { anchors: [nothing] });
      await assert.rejects(attempt, TypeError);
    }));

  it('counts the unsigned tail and the dangling intents of a live ledger', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer });
      await ledger.append([...call(0), ...call(1).slice(0, 3)]);
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED');
      assert.equal(report.unsigned, 8);
      assert.equal(report.danglingIntents, 1);
      await ledger.close();
    }));

  it('finds records whose order or bindings make no sense', () =>
    inFolder(async (folder) => {
      const other = { actionHash: `sha256:${'b'.repeat(64)}` } as const;
      const cases: [string, LedgerEntry[]][] = [
        ['DECISION_REPEATED', [decision('d'), decision('d')]],
        ['DECISION_MISSING', [pass('p', 'd')]],
        [
          'DECISION_MISSING',
          [{ type: 'approval', body: { decisionId: 'd', denied: { by: 'x', reason: '' } } }],
        ],
        ['DECISION_MISSING', [intent('i', 'p', 'd')]],
        ['DECISION_NOT_ALLOW', [decision('d', 'step_up'), pass('p', 'd')]],
        ['PASS_MISSING', [decision('d'), intent('i', 'p', 'd')]],
        ['PASS_REPEATED', [decision('d'), pass('p', 'd'), pass('p', 'd')]],
        ['PASS_REUSED', [...call(1), intent('i', 'pass_1', 'dec_1')]],
        ['INTENT_REPEATED', [...call(1), pass('p', 'dec_1'), intent('int_1', 'p', 'dec_1')]],
        ['INTENT_MISSING', [outcome('i')]],
        ['OUTCOME_REPEATED', [...call(1), outcome('int_1')]],
        [
          'BINDING_MISMATCH',
          [decision('d'), { type: 'pass', body: { ...pass('p', 'd').body, ...other } }],
        ],
        [
          'BINDING_MISMATCH',
          [
            decision('d'),
            pass('p', 'd'),
            { type: 'intent', body: { ...intent('i', 'p', 'd').body, ...other } },
          ],
        ],
      ];
      for (const [n, [code, entries]] of cases.entries()) {
        const path = join(folder, `${n}.jsonl`);
        const ledger = new LocalJsonlLedger(path);
        await ledger.append(entries);
        await ledger.close();
        const report = await verifyLedger(path);
        assert.deepEqual([report.verdict, report.code], ['INVALID', code]);
        assert.equal(report.seq, entries.length);
      }
    }));

  it('refuses lines that are not strict, canonical, closed and bounded', () =>
    inFolder(async (folder) => {
      const path = await writeSigned(folder);
      const cases: [string, (line: string) => string][] = [
        ['NOT_CANONICAL', (line) => ` ${line}`],
        ['NOT_CANONICAL', (line) => line.replace('"v":1', '"v":1,"v":1')],
        ['NOT_CANONICAL', (line) => line.replace('"seq":1', '"seq":1.0')],
        ['MALFORMED', (line) => line.replace('r1', '\\ud800')],
        ['MALFORMED', (line) => line.replace('"v":1', '"__proto__":{},"v":1')],
        ['MALFORMED', (line) => `\ufeff${line}`],
        ['SCHEMA_MISMATCH', (line) => line.replace('"v":1', '"v":1,"w":1')],
        ['SCHEMA_MISMATCH', (line) => line.replace('"rule":"r1"', '"rule":"r1","why":1')],
        ['LINE_TOO_LONG', (line) => line.replace('a rule', 'x'.repeat(1_100_000))],
        ['GENESIS_MISPLACED', () => ''],
      ];
      for (const [code, change] of cases) {
        const report = await verifyChanged(path, (lines) =>
          code === 'GENESIS_MISPLACED'
            ? relink([lines[0] ?? '', ...lines])
            : lines.with(1, change(lines[1] ?? '')),
        );
        assert.deepEqual([report.verdict, report.code, report.seq], ['INVALID', code, 1]);
      }
      const endless = join(folder, 'endless.jsonl');
      await writeFile(endless, `{"body":{"x":"${'x'.repeat(3_000_000)}`);
      const report = await verifyLedger(endless);
      assert.deepEqual([report.code, report.seq], ['LINE_TOO_LONG', 0]);
    }));

  it('refuses bytes that are not UTF-8 in a last line that nothing follows', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      await ledger.append([decision('dec_1')]);
      await ledger.close();
      const bytes = await readFile(path);
      bytes[bytes.indexOf('a rule said so')] = 0xff;
      await writeFile(path, bytes);
      const report = await verifyLedger(path);
      assert.deepEqual([report.verdict, report.code, report.seq], ['INVALID', 'MALFORMED', 1]);
    }));

  it('finds a monotonic clock that goes back within one opening', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 1);
      const report = await verifyChanged(path, (lines) =>
        relink(lines.with(2, (lines[2] ?? '').replace(/"mono":\d+/, '"mono":9007199254740991'))),
      );
      assert.deepEqual([report.code, report.seq], ['TIME_REVERSED', 3]);
    }));

  it('reports progress, stops when aborted, and throws for what cannot be read', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      await ledger.append(Array.from({ length: 20_000 }, (_, n) => decision(`dec_${n}`)));
      await ledger.close();
      const stop = new AbortController();
      const seen: number[] = [];
      const attempt = verifyLedger(path, {
        signal: stop.signal,
        onProgress: ({ records, bytes, totalBytes }) => {
          assert.ok(bytes <= totalBytes);
          seen.push(records);
          stop.abort();
        },
      });
      await assert.rejects(attempt, { name: 'AbortError' });
      assert.deepEqual(seen, [10_000]);
      const missing = verifyLedger(join(folder, 'missing'));
      await assert.rejects(missing, { code: 'LEDGER_UNREADABLE' });
    }));
});
