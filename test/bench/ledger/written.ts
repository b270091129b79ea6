import { stat, writeFile } from 'node:fs/promises';

import { systemClock } from '@axtary/core';
import {
  attestLedger,
  LocalJsonlLedger,
  localLedgerSigner,
  type LedgerEntry,
} from '@axtary/ledger';

import { newKey } from '../stages.js';

const BATCH = 1000;

/** A ledger that was closed, with its export and its key beside it. */
export interface WrittenLedger {
  readonly file: string;
  readonly records: number;
  readonly exported: string;
  readonly exportBytes: number;
  /** PEM of the key that signed its checkpoints. */
  readonly keyFile: string;
}

/** Writes a ledger of so many thousand records, and exports it. */
export async function writeLedger(
  file: string,
  records: number,
  entryAt: (seq: number) => LedgerEntry,
): Promise<WrittenLedger> {
  const key = newKey();
  const signer = localLedgerSigner(key);
  const ledger = new LocalJsonlLedger(file, { signer });
  for (let first = 0; first < records; first += BATCH) {
    await ledger.append(Array.from({ length: BATCH }, (_, at) => entryAt(first + at)));
  }
  await ledger.close();
  const exported = `${file}.export`;
  const sign = (text: string) => signer.sign('export', text);
  await attestLedger(file, exported, { sign, software: 'bench', clock: systemClock });
  const keyFile = `${file}.key`;
  await writeFile(keyFile, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return { file, records, exported, exportBytes: (await stat(exported)).size, keyFile };
}
