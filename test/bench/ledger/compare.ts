import { execFile } from 'node:child_process';
import { appendFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { canonicalize, systemClock } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import {
  attestLedger,
  LocalJsonlLedger,
  localLedgerSigner,
  verifyExport,
  type LedgerEntry,
} from '@axtary/ledger';

import { load, percentile } from '../measure.js';
import { newKey, syncing } from '../stages.js';
import { count, ratio, row, us, type Row } from '../table.js';
import { queryOverMillion } from './query-over-million.js';

const WRITER = fileURLToPath(new URL('sqlite-writer.mjs', import.meta.url));

/** A record of usual length, with sealed members. */
const ENTRY: LedgerEntry = {
  type: 'policy_change',
  body: {
    workspace: '/home/ada/shop',
    policyHash: `sha256:${'3'.repeat(64)}`,
    trustedBy: 'user:ada@example.com',
  },
};

export interface LedgerEffort {
  readonly folder: string;
  /** Records of the ledger that is searched and verified. */
  readonly records: number;
  /** A Node that has `node:sqlite`, if one is there. */
  readonly node24: string | undefined;
}

/** The ledger beside other ways to keep a log on this disk, and its reading at full size. */
export async function compareLedgers(effort: LedgerEffort): Promise<readonly Row[]> {
  return [...(await appends(effort)), ...(await verification(effort)), ...(await queries(effort))];
}

async function appends({ folder, node24 }: LedgerEffort): Promise<readonly Row[]> {
  const sync = percentile(await syncing(folder), 50);
  const ledger = new LocalJsonlLedger(path.join(folder, newId('ledger')), {
    signer: localLedgerSigner(newKey()),
  });
  await ledger.open();
  const one = await load(1, 300, () => ledger.append([ENTRY]));
  await load(256, 20_000, () => ledger.append([ENTRY]));
  const many = await load(256, 100_000, () => ledger.append([ENTRY]));
  await ledger.close();
  const plain = path.join(folder, newId('plain'));
  const line = `${canonicalize(ENTRY)}\n`;
  const unsynced = await load(1, 5000, () => appendFile(plain, line));
  const sqlite = node24 === undefined ? undefined : await sqliteRates(folder, node24);
  const p50 = percentile(one.samples, 50);
  return [
    row('append, 1 caller, p50', us(p50), {
      beside: `${ratio(p50 / sync)} x one fdatasync ${us(sync)}`,
      goal: '<= 3 x fdatasync',
      reached: p50 <= 3 * sync,
    }),
    row('append, 256 callers, sealed and signed', `${count(many.perSecond)}/s`, {
      beside: sqlite
        ? `SQLite WAL FULL: ${count(sqlite.single)}/s one by one, ${count(sqlite.grouped)}/s by 256`
        : 'SQLite: no Node with node:sqlite here',
      goal: '>= 100,000/s',
      reached: many.perSecond >= 100_000,
    }),
    row('plain appends without a sync', `${count(unsynced.perSecond)}/s`, {
      beside: 'no chain, nothing durable',
    }),
  ];
}

async function sqliteRates(
  folder: string,
  node24: string,
): Promise<{ readonly single: number; readonly grouped: number }> {
  const args = [WRITER, path.join(folder, newId('sqlite')), canonicalize(ENTRY.body)];
  const { stdout } = await promisify(execFile)(node24, args);
  return JSON.parse(stdout) as { readonly single: number; readonly grouped: number };
}

async function verification({ folder, records }: LedgerEffort): Promise<readonly Row[]> {
  const signer = localLedgerSigner(newKey());
  const file = path.join(folder, newId('ledger'));
  const ledger = new LocalJsonlLedger(file, { signer });
  const batch = Array.from({ length: 1000 }, () => ENTRY);
  for (let n = 0; n < records; n += batch.length) await ledger.append(batch);
  await ledger.checkpoint();
  await ledger.close();
  const started = performance.now();
  const reopened = new LocalJsonlLedger(file, { signer });
  await reopened.open();
  const opened = performance.now() - started;
  await reopened.close();
  const out = `${file}.export`;
  const sign = (text: string) => signer.sign('export', text);
  await attestLedger(file, out, { sign, software: 'bench', clock: systemClock });
  const before = process.memoryUsage.rss();
  const start = performance.now();
  const report = await verifyExport(out);
  const seconds = (performance.now() - start) / 1000;
  if (report.verdict !== 'VALID_UNANCHORED') throw new Error(report.message);
  const grown = (process.memoryUsage.rss() - before) / 1e6;
  const { size } = await stat(out);
  const rate = report.records / seconds;
  return [
    row(`open a ledger of ${count(records)} records`, `${opened.toFixed(0)} ms`, {
      beside: 'chain of the last file, state of those before',
      goal: '<= 1,000 ms',
      reached: opened <= 1000,
    }),
    row(`verify an export of ${count(records)} records`, `${count(rate)} records/s`, {
      beside: `${count(size / 1e6)} MB; memory grew by ${count(grown)} MB`,
      goal: '>= 100,000/s, <= 512 MB',
      reached: rate >= 100_000 && grown <= 512,
    }),
  ];
}

async function queries({ records }: LedgerEffort): Promise<readonly Row[]> {
  const figures = await queryOverMillion(records);
  const ms = (name: string): string => `${(figures[name] ?? Number.NaN).toFixed(0)} ms`;
  const open = figures['openAndFirstRows'] ?? Number.NaN;
  return [
    row(`query ${count(records)} records: open, first rows`, ms('openAndFirstRows'), {
      beside: `index made anew from the lines in ${ms('rebuild')}`,
      goal: '<= 1,000 ms',
      reached: open <= 1000,
    }),
    row('filter by verdict; by agent, tool and rules', ms('denials'), {
      beside: `${ms('manyFilters')}; one task ${ms('oneTask')}; groups by task ${ms('byTask')}`,
    }),
    row('a text that is nowhere', ms('absentText'), {
      beside: `rare ${ms('rareText')}; 500 rows ${ms('rows')}; longest turn ${ms('longestTurn')}`,
    }),
  ];
}
