import path from 'node:path';

import { newId } from '@axtary/core/digest';
import { LocalJsonlLedger, localLedgerSigner, verifyExport } from '@axtary/ledger';

import { load, percentile } from '../measure.js';
import { newKey } from '../stages.js';
import { ENTRY } from './record.js';
import { writeLedger } from './written.js';

/** Of the ledger that is verified. */
const RECORDS = 20_000;

export interface OwnFigures {
  /** Nanoseconds one caller waits for a record to be durable. */
  readonly p50: number;
  /** Records a second, appended by one caller. */
  readonly one: number;
  /** By 256 callers. */
  readonly many: number;
  readonly verifies: number;
}

/** Measures the ledger with `ENTRY`, as its peers are measured. */
export async function measureOwn(folder: string): Promise<OwnFigures> {
  const ledger = new LocalJsonlLedger(path.join(folder, newId('ledger')), {
    signer: localLedgerSigner(newKey()),
  });
  await ledger.open();
  const append = (): Promise<unknown> => ledger.append([ENTRY]);
  const one = await load(1, 300, append);
  await load(256, 10_000, append);
  const many = await load(256, 60_000, append);
  await ledger.close();
  const p50 = percentile(one.samples, 50);
  return { p50, one: one.perSecond, many: many.perSecond, verifies: await verifies(folder) };
}

async function verifies(folder: string): Promise<number> {
  const { exported } = await writeLedger(path.join(folder, newId('ledger')), RECORDS, () => ENTRY);
  const verify = async (): Promise<void> => {
    const { verdict, message } = await verifyExport(exported);
    if (verdict !== 'VALID_UNANCHORED') throw new Error(message);
  };
  await verify();
  const { perSecond } = await load(1, 3, verify);
  return perSecond * RECORDS;
}
