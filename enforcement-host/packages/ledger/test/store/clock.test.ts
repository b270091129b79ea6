import assert from 'node:assert/strict';
import { join } from 'node:path';

import type { Clock } from '@axtary/core';

import { LocalJsonlLedger, verifyLedger, type LedgerRecord } from '../../src/index.js';
import { call, inFolder, newSigner, recordsOf, TestClock } from '../support.js';

const signer = newSigner();

async function assertValid(path: string): Promise<void> {
  const { verdict, message } = await verifyLedger(path);
  assert.equal(verdict, 'VALID_UNANCHORED', message);
}

describe('the clock of a ledger', () => {
  it('is said to have gone back, within one opening and between two', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const clock = new TestClock();
      const ledger = new LocalJsonlLedger(path, { signer, clock });
      await ledger.append(call(1));
      clock.pass(-5000);
      await ledger.append(call(2));
      await ledger.close();
      clock.pass(-70);
      const again = new LocalJsonlLedger(path, { signer, clock });
      await again.append(call(3));
      await again.close();
      const records = await recordsOf(path);
      const said = records.filter(({ type }) => type === 'clock_anomaly');
      assert.deepEqual(
        said.map(({ body }) => body),
        [
          { kind: 'backwards', before: '2026-01-02T03:04:05.678Z', byMs: 5000 },
          { kind: 'backwards', before: '2026-01-02T03:04:00.678Z', byMs: 70 },
        ],
      );
      await assertValid(path);
    }));

  it('is said to have run on while the machine slept, not while nothing was open', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const clock = new TestClock();
      const ledger = new LocalJsonlLedger(path, { signer, clock });
      await ledger.append(call(1));
      clock.pass(3_600_000);
      await ledger.append(call(2));
      await ledger.close();
      clock.pass(3_600_000);
      const again = new LocalJsonlLedger(path, { signer, clock });
      await again.append(call(3));
      await again.close();
      const said = (await recordsOf(path)).filter(({ type }) => type === 'clock_anomaly');
      assert.equal(said.length, 1);
      const [{ body }] = said as [LedgerRecord & { type: 'clock_anomaly' }];
      assert.equal(body.kind, 'suspended');
      assert.ok(body.byMs > 3_590_000 && body.byMs <= 3_600_000);
      await assertValid(path);
    }));

  it('may go back whenever it is read, and the ledger stays whole', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      let now = Date.parse('2026-01-02T03:04:05.678Z');
      let reads = 0;
      const clock: Clock = { now: () => new Date((now += reads++ % 3 === 0 ? -700 : 200)) };
      const checkpointEvery = { records: 3, milliseconds: 60_000 };
      for (let opening = 0; opening < 3; opening++) {
        const ledger = new LocalJsonlLedger(path, {
          signer,
          clock,
          checkpointEvery,
          rotateAt: 2500,
        });
        for (let n = 0; n < 8; n++) await ledger.append(call(`${opening}.${n}`));
        await ledger.close();
      }
      const records = await recordsOf(path);
      assert.ok(records.filter(({ type }) => type === 'clock_anomaly').length > 10);
      await assertValid(path);
    }));
});
