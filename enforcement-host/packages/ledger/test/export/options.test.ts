import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import {
  attestLedger,
  frontierAt,
  LocalJsonlLedger,
  openingLine,
  readLedgerEntries,
  redactableMembers,
  surveyLedger,
  VERDICT_EXIT_CODES,
  verifyExport,
  type Disclosure,
  type LedgerSurvey,
} from '../../src/index.js';
import { digestOf } from '../../src/merkle/tree.js';
import { call, decision, HASH, inFolder, newSigner } from '../support.js';
import { by, exportTo, writeFullLedger } from './exports.js';

const signer = newSigner();

/** What is known of the first `size` records of a ledger. */
function known({ log, leaves }: LedgerSurvey, size: number) {
  const root = digestOf(frontierAt(leaves, size).root());
  return { log, size, root, head: digestOf(leaves.subarray((size - 1) * 32, size * 32)) };
}

/** What the disclosures of a file are of. */
async function disclosedIn(file: string): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.startsWith('{"disclosures":')) continue;
    const { disclosures } = JSON.parse(line) as { disclosures: [string, string, unknown][] };
    for (const [, name] of disclosures) names.add(name);
  }
  return names;
}

describe('an export', () => {
  it('agrees with an anchor of every size, and with no other', () =>
    inFolder(async (folder) => {
      const path = await writeFullLedger(folder, signer);
      const survey = await surveyLedger(path);
      const out = await exportTo(folder, signer);
      const size = survey.checkpoint.seq + 1;
      for (let n = 1; n <= size; n++) {
        const { root, head, log } = known(survey, n);
        for (const anchor of [
          { log, size: n, root },
          { log, size: n, head },
        ]) {
          const report = await verifyExport(out, { anchors: [anchor] });
          assert.equal(report.verdict, 'VALID_ANCHORED', report.message);
          assert.equal(VERDICT_EXIT_CODES[report.verdict], 0);
          assert.deepEqual(report.anchoredBy, { size: n });
        }
        const other = await verifyExport(out, { anchors: [{ log, size: n, root: HASH }] });
        assert.deepEqual([other.code, other.seq], ['ANCHOR_MISMATCH', n - 1]);
      }
      const more = { log: survey.log, size: size + 1, head: HASH };
      const cut = await verifyExport(out, { anchors: [more] });
      assert.deepEqual([cut.verdict, cut.code, cut.seq], ['INVALID', 'TRUNCATED', size]);
    }));

  it('may begin at any record, and then agrees with what is known from there on', () =>
    inFolder(async (folder) => {
      const path = await writeFullLedger(folder, signer);
      const survey = await surveyLedger(path);
      const size = survey.checkpoint.seq + 1;
      for (let from = 0; from < size; from++) {
        const out = await exportTo(folder, signer, { from });
        const report = await verifyExport(out, { trustRoot: signer.kid });
        assert.equal(report.verdict, 'VALID_UNANCHORED', `from ${from}: ${report.message}`);
        assert.equal(report.records, size - from);
        assert.equal(report.size, size);
        const anchors = [known(survey, Math.max(from, 1))];
        assert.equal((await verifyExport(out, { anchors })).verdict, 'VALID_ANCHORED');
      }
      const attempt = exportTo(folder, signer, { from: size });
      await assert.rejects(attempt, TypeError);
    }));

  it('keeps back each member that may be, of every type or of one, and nothing else', () =>
    inFolder(async (folder) => {
      await writeFullLedger(folder, signer, 1);
      const all = await disclosedIn(await exportTo(folder, signer));
      for (const name of redactableMembers()) {
        const out = await exportTo(folder, signer, { redact: [name] });
        const report = await verifyExport(out);
        assert.equal(report.verdict, 'VALID_UNANCHORED', `${name}: ${report.message}`);
        if (name === 'artifact' || name === 'approval.artifact') continue;
        assert.ok(report.hidden > 0, name);
        assert.match(report.cannotExclude.join(), /sealed members say that were kept back/);
        if (!name.includes('.')) {
          const left = new Set([...all].filter((other) => other !== name));
          assert.deepEqual(await disclosedIn(out), left);
        }
      }
      const whole = await exportTo(folder, signer, { redact: redactableMembers() });
      assert.deepEqual(await disclosedIn(whole), new Set());
      assert.equal((await verifyExport(whole)).verdict, 'VALID_UNANCHORED');
      for (const secret of ['user:ada"', 'say hello', 'it broke', '"/w"', 'slack:channel']) {
        const text = (await readFile(whole, 'utf8')).replaceAll('"trustedBy":"user:ada"', '');
        const isOpen = text.replaceAll('"by":"user:ada"', '').includes(secret);
        assert.equal(isOpen, false, secret);
      }
      const unknown = exportTo(folder, signer, { redact: ['verdict'] });
      await assert.rejects(unknown, TypeError);
    }));

  it('is opened again by the file of what was kept back from it', () =>
    inFolder(async (folder) => {
      await writeFullLedger(folder, signer);
      const disclosures = join(folder, 'disclosures.jsonl');
      const redact = ['payloadHash', 'decision.context'];
      const out = await exportTo(folder, signer, { redact, disclosures });
      const { hidden } = await verifyExport(out);
      const opened = new Map<number, readonly Disclosure[]>();
      for (const line of (await readFile(disclosures, 'utf8')).trimEnd().split('\n')) {
        const { seq, disclosures: some } = JSON.parse(line) as {
          readonly seq: number;
          readonly disclosures: readonly Disclosure[];
        };
        assert.equal(openingLine(seq, some), line);
        opened.set(seq, some);
      }
      const names = [...opened.values()].flatMap((some) => some.map(([, name]) => name));
      assert.equal(names.length, hidden);
      assert.deepEqual(new Set(names), new Set(['payloadHash', 'context']));
      assert.equal((await stat(disclosures)).mode & 0o777, 0o600);
      const report = await verifyExport(out, { opened });
      assert.deepEqual([report.verdict, report.hidden], ['VALID_UNANCHORED', 0], report.message);
    }));

  it('leaves neither file where it cannot be made, and never writes both to one', () =>
    inFolder(async (folder) => {
      await writeFullLedger(folder, signer, 1);
      const before = await readdir(folder);
      const out = join(folder, 'export.jsonl');
      for (const disclosures of [
        out,
        join(folder, '.', 'export.jsonl'),
        join(folder, 'ledger.jsonl'),
      ]) {
        await assert.rejects(exportTo(folder, signer, { disclosures }), TypeError);
      }
      const nowhere = exportTo(folder, signer, { disclosures: join(folder, 'missing', 'file') });
      await assert.rejects(nowhere, { code: 'LEDGER_WRITE_FAILED' });
      const forged = exportTo(folder, signer, {
        ...by(newSigner()),
        disclosures: join(folder, 'disclosures.jsonl'),
      });
      await assert.rejects(forged, { code: 'LEDGER_CHECKPOINT_FAILED' });
      assert.deepEqual(await readdir(folder), before);
    }));

  it('proves each record of a selection', () =>
    inFolder(async (folder) => {
      const path = await writeFullLedger(folder, signer);
      const survey = await surveyLedger(path);
      const cases = [
        { select: { types: ['decision'] }, records: 3 },
        { select: { agents: ['agent:codex'] }, records: 18 },
        { select: { tools: ['slack.post'], types: ['outcome', 'intent'] }, records: 6 },
        { select: { agents: ['agent:other'] }, records: 0 },
        { select: { since: '2100-01-01' }, records: 0 },
        { select: { types: ['revocation'] }, from: survey.checkpoint.seq, records: 0 },
      ];
      for (const { records, ...options } of cases) {
        const out = await exportTo(folder, signer, options);
        const anchors = [known(survey, survey.checkpoint.seq)];
        const report = await verifyExport(out, { anchors, trustRoot: signer.kid });
        assert.equal(report.verdict, 'VALID_ANCHORED', report.message);
        assert.equal(report.records, records + 1);
        assert.match(report.cannotExclude.join(), /that are not in this export/);
      }
    }));

  it('proves any earlier state to be its beginning, and no state that never was', () =>
    inFolder(async (folder) => {
      const path = await writeFullLedger(folder, signer);
      const survey = await surveyLedger(path);
      const { seq } = survey.checkpoint;
      for (let size = 1; size <= seq; size++) {
        const since = known(survey, size);
        const out = await exportTo(folder, signer, { select: { types: ['key'] }, since });
        const { log, root } = since;
        const report = await verifyExport(out, { anchors: [{ log, size, root }] });
        assert.equal(report.verdict, 'VALID_ANCHORED', `${size}: ${report.message}`);
        const other = await verifyExport(out, { anchors: [{ log, size, root: HASH }] });
        assert.equal(other.code, 'ANCHOR_MISMATCH');
      }
      for (const since of [
        { size: 3, root: HASH },
        { size: seq + 1, root: known(survey, seq + 1).root },
      ]) {
        await assert.rejects(exportTo(folder, signer, { since }), TypeError);
      }
    }));

  it('of a ledger that has its genesis only is valid', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer });
      await ledger.open();
      await ledger.close();
      const report = await verifyExport(await exportTo(folder, signer));
      assert.deepEqual([report.verdict, report.records], ['VALID_UNANCHORED', 2]);
    }));

  it('tells progress and stops when told to, also while it is verified', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const checkpointEvery = { records: 30_000, milliseconds: 600_000 };
      const ledger = new LocalJsonlLedger(path, { signer, checkpointEvery });
      await ledger.append(Array.from({ length: 25_000 }, (_, n) => decision(`dec_${n}`)));
      await ledger.close();
      const told: number[] = [];
      const out = await exportTo(folder, signer, {
        onProgress: ({ records, total }) => {
          assert.equal(total, 25_002);
          told.push(records);
        },
      });
      assert.deepEqual(told, [0, 10_000, 20_000]);
      const stop = new AbortController();
      const aborted = exportTo(folder, signer, {
        signal: stop.signal,
        onProgress: () => stop.abort(),
      });
      await assert.rejects(aborted, { name: 'AbortError' });
      assert.deepEqual((await readdir(folder)).sort(), [
        'export.jsonl',
        'ledger.jsonl',
        'ledger.jsonl.segments',
      ]);
      const seen: number[] = [];
      const halt = new AbortController();
      const verifying = verifyExport(out, {
        signal: halt.signal,
        onProgress: ({ records, bytes, totalBytes }) => {
          assert.ok(bytes <= totalBytes);
          seen.push(records);
          if (records === 20_000) halt.abort();
        },
      });
      await assert.rejects(verifying, { name: 'AbortError' });
      assert.deepEqual(seen, [10_000, 20_000]);
      await assert.rejects(verifyExport(join(folder, 'no')), { code: 'LEDGER_UNREADABLE' });
    }));

  it('holds the lines of the ledger as they are, across its segments', () =>
    inFolder(async (folder) => {
      const path = await writeFullLedger(folder, signer);
      const lines: string[] = [];
      for await (const { raw } of readLedgerEntries(path)) {
        if (raw.disclosures) lines.push(raw.disclosures.toString());
        lines.push(raw.line.toString());
      }
      assert.ok((await readdir(`${path}.segments`)).length >= 2);
      const text = await readFile(await exportTo(folder, signer), 'utf8');
      assert.deepEqual(text.split('\n').slice(2, -2), lines);
    }));

  it('is of records up to a checkpoint that was there while more are being appended', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const out = join(folder, 'export.jsonl');
      const checkpointEvery = { records: 10, milliseconds: 60_000 };
      const ledger = new LocalJsonlLedger(path, { signer, checkpointEvery, rotateAt: 20_000 });
      await ledger.append(call('first'));
      await ledger.checkpoint();
      let isDone = false;
      const writing = (async () => {
        for (let n = 0; !isDone; n++) await ledger.append(call(n));
      })();
      for (let n = 0; n < 20; n++) {
        await attestLedger(path, out, by(signer));
        const report = await verifyExport(out);
        assert.equal(report.verdict, 'VALID_UNANCHORED', report.message);
      }
      isDone = true;
      await writing;
      await ledger.close();
    }));
});
