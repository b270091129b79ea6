import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { canonicalize, type JsonObject, type JsonValue } from '@axtary/core';

import { LocalJsonlLedger, verifyLedger, type LedgerEntry } from '../../src/index.js';
import { parseEntry, type RawEntry } from '../../src/record/line.js';
import { prepareEntry } from '../../src/record/prepare.js';
import { SEALED_MEMBERS } from '../../src/record/seal.js';
import { ACTION, fullCall, otherRecords } from '../export/exports.js';
import { decision, inFolder, newSigner, recordsOf } from '../support.js';

const signer = newSigner();

/** Numbers that look random and are the same in every run. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(count: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * count);
  }

  of<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
}

const NAMES = ['a', '_sd', '...', 'toString', 'constructor', '\u00e9', '\ud83d\ude00', '', '\\ud8'];
const TEXTS = ['', 'x', '"', '\\', '\n', '\u2028', '\u0000', '__proto__', '\\ud800', '_sd'];

function hostile(dice: Dice, depth: number): JsonValue {
  const kind = dice.below(depth > 0 ? 7 : 4);
  if (kind === 0) return dice.of([null, true, false]);
  if (kind === 1) return dice.of([0, -1, 1.5, 1e21, 1e-7, 2 ** 53]);
  if (kind <= 3) return TEXTS[dice.below(TEXTS.length)] ?? '';
  if (kind === 4) {
    return Array.from({ length: dice.below(4) }, () => hostile(dice, depth - 1));
  }
  return hostileObject(dice, depth);
}

function hostileObject(dice: Dice, depth: number): JsonObject {
  const members = Array.from({ length: dice.below(4) }, (): [string, JsonValue] => [
    NAMES[dice.below(NAMES.length)] ?? '',
    hostile(dice, depth - 1),
  ]);
  return Object.fromEntries(members);
}

/** An entry of any type, with hostile texts and objects where it takes any. */
function anyEntry(dice: Dice, n: number): LedgerEntry {
  const entries = [...fullCall(n), ...otherRecords(signer, n)];
  const entry = entries[dice.below(entries.length)];
  assert.ok(entry);
  if (entry.type === 'decision') return hostileDecision(dice, n);
  if (entry.type !== 'reconciliation') return entry;
  return { ...entry, body: { ...entry.body, reason: TEXTS[dice.below(TEXTS.length)] ?? '' } };
}

function hostileDecision(dice: Dice, n: number): LedgerEntry {
  const { body } = decision(`dec_${n}`);
  const capability = { ...ACTION.capability, constraints: hostileObject(dice, 5) };
  return { type: 'decision', body: { ...body, action: { ...ACTION, capability } } };
}

/** The lines of an entry, in a place of its own. */
function linesOf(entry: LedgerEntry): RawEntry {
  const { bodyText, disclosuresText } = prepareEntry(entry);
  const place =
    `"boot":"boot_${'b'.repeat(22)}","log":"log_${'l'.repeat(22)}","mono":1,` +
    `"prev":"sha256:${'0'.repeat(64)}","seq":1,"ts":"2026-01-02T03:04:05.678Z"`;
  return {
    line: Buffer.from(`{"body":${bodyText},${place},"type":"${entry.type}","v":1}`),
    disclosures: disclosuresText === '' ? undefined : Buffer.from(disclosuresText),
  };
}

function disclosuresOf({ disclosures }: RawEntry): JsonValue[] {
  if (!disclosures) return [];
  return (JSON.parse(disclosures.toString()) as { disclosures: JsonValue[] }).disclosures;
}

describe('sealing', () => {
  it('opens to what was given, and without any disclosure counts what it hides', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const entry = anyEntry(new Dice(seed), seed);
      const raw = linesOf(entry);
      const parsed = parseEntry(raw);
      assert.ok('whole' in parsed, `seed ${seed}: ${JSON.stringify(parsed)}`);
      assert.deepEqual(parsed.whole?.body, entry.body, `seed ${seed}`);
      const all = disclosuresOf(raw);
      const closed = parseEntry({ line: raw.line, disclosures: undefined });
      assert.ok('hidden' in closed, `seed ${seed}`);
      assert.equal(closed.hidden, all.length);
      if (all.length > 0) assert.equal(closed.whole, undefined);
    }
  });

  it('hides any subset, and says how many', () => {
    for (const [n, entry] of [...fullCall(1), ...otherRecords(signer, 1)].entries()) {
      const raw = linesOf(entry);
      const all = disclosuresOf(raw);
      for (let subset = 1; subset < 2 ** all.length; subset++) {
        const left = all.filter((_, index) => (subset & (1 << index)) !== 0);
        const disclosures = Buffer.from(canonicalize({ disclosures: left }));
        const parsed = parseEntry({ line: raw.line, disclosures });
        assert.ok('hidden' in parsed, `entry ${n}: ${JSON.stringify(parsed)}`);
        assert.equal(parsed.hidden, all.length - left.length);
      }
    }
  });

  it('is as RFC 9901 says: a digest of each disclosure, in order, by a salt of its own', () => {
    const raw = linesOf(fullCall(1)[2] ?? decision('d'));
    const again = linesOf(fullCall(1)[2] ?? decision('d'));
    assert.notDeepEqual(raw.line, again.line);
    const { body } = JSON.parse(raw.line.toString()) as { body: { _sd: string[] } };
    const digests = disclosuresOf(raw).map((one) => {
      const disclosure = Buffer.from(canonicalize(one)).toString('base64url');
      return createHash('sha256').update(disclosure).digest('base64url');
    });
    assert.deepEqual(body._sd, digests.sort());
  });

  it('leaves none of the sealed names in a line', () => {
    for (const entry of [...fullCall(1), ...otherRecords(signer, 1)]) {
      const { body } = JSON.parse(linesOf(entry).line.toString()) as { body: object };
      const paths = Object.entries(SEALED_MEMBERS).find(([type]) => type === entry.type)?.[1] ?? [];
      for (const path of paths) {
        let at: unknown = body;
        for (const name of path.split('.')) {
          at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined;
        }
        assert.equal(at, undefined, `${entry.type}.${path}`);
      }
    }
  });

  it('refuses what would take the place of digests, or of a prototype', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer });
      for (const name of ['_sd', '__proto__']) {
        const more = JSON.parse(`{"${name}":["x"]}`) as object;
        for (const body of [
          { ...decision('d').body, ...more },
          { ...decision('d').body, action: { ...ACTION, ...more } },
        ]) {
          const attempt = ledger.append([{ type: 'decision', body }]);
          await assert.rejects(attempt, { code: 'LEDGER_RECORD_REFUSED' });
        }
      }
      await ledger.append([decision('d')]);
      await ledger.close();
      assert.equal((await verifyLedger(path)).verdict, 'VALID_UNANCHORED');
    });
  });

  it('is read back however deep and large it was accepted', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer });
      const nested = (depth: number): JsonObject => (depth === 0 ? {} : { a: nested(depth - 1) });
      const wide = { proto: '__proto__', a: Array.from({ length: 150_000 }, () => 0) };
      let accepted = 0;
      for (const constraints of [...[120, 124, 126, 127, 128, 129].map(nested), wide]) {
        const action = { ...ACTION, capability: { ...ACTION.capability, constraints } };
        const { body } = decision(`dec_${accepted}`);
        await ledger.append([{ type: 'decision', body: { ...body, action } }]).then(
          () => accepted++,
          (error: unknown) => assert.match(String(error), /LEDGER_RECORD_REFUSED|cannot be/),
        );
      }
      await ledger.close();
      assert.ok(accepted >= 4, `${accepted} were accepted`);
      const decisions = (await recordsOf(path)).filter(({ type }) => type === 'decision');
      assert.equal(decisions.length, accepted);
      const { verdict, message } = await verifyLedger(path);
      assert.equal(verdict, 'VALID_UNANCHORED', message);
      const again = new LocalJsonlLedger(path, { signer });
      await again.open();
      await again.close();
    });
  });
});
