import path from 'node:path';

import { newId } from '@axtary/core/digest';

import { count, ratio, row, us, type Row } from '../table.js';
import { measureBeside, PLAIN, SQLITE_GROUPED, SQLITE_SINGLE, type Figure } from './beside.js';
import { openCold, verifyCold } from './cold.js';
import { entryOf } from './million.js';
import { PEERS } from './peers/peers.js';
import { queryOverMillion } from './query-over-million.js';
import { writeLedger } from './written.js';

const MEMORY_LIMIT = 512e6;
// A pass on a call that was not allowed is refused by the verifier.
const ALLOWED = ['allow'] as const;

export interface LedgerEffort {
  readonly folder: string;
  readonly rounds: number;
  /** Records of the ledger that is opened, verified and searched at full size. */
  readonly records: number;
  /** A Node that has `node:sqlite`. */
  readonly node24: string;
}

/**
 * The ledger beside SQLite, plain lines and the audit logs of its peers, all with the same record
 * on this disk, and its reading at full size.
 */
export async function compareLedgers(effort: LedgerEffort): Promise<readonly Row[]> {
  const of = await measureBeside(effort.folder, effort.node24, effort.rounds);
  return [
    ...appendRows(of),
    ...verifyRows(of),
    ...(await fullSizeRows(effort)),
    ...(await queryRows(effort)),
  ];
}

function appendRows(of: Figure): readonly Row[] {
  const [p50, sync, many] = [of('p50'), of('sync'), of('many')];
  const beside = (name: string, does: string, own = 'many'): Row =>
    row(`append: ${name}`, `${count(of(`append ${name}`))}/s`, {
      beside: `Axtary ${ratio(of(own) / of(`append ${name}`))} x; ${does}`,
    });
  return [
    row('append, 1 caller, p50', us(p50), {
      beside: `${ratio(p50 / sync)} x one fdatasync ${us(sync)}; ${count(of('one'))}/s`,
      goal: '<= 3 x fdatasync',
      reached: p50 <= 3 * sync,
    }),
    row('append, 256 callers', `${count(many)}/s`, {
      beside: 'durable, sealed, chain, tree, signed checkpoints',
      goal: '>= 100,000/s',
      reached: many >= 100_000,
    }),
    beside(SQLITE_SINGLE, 'durable, nothing shows a change; beside 1 caller', 'one'),
    beside(SQLITE_GROUPED, 'durable, nothing shows a change'),
    beside(PLAIN, 'written without a sync, nothing shows a change'),
    ...PEERS.map(({ name, does }) => beside(name, does)),
  ];
}

function verifyRows(of: Figure): readonly Row[] {
  const verifies = of('verifies');
  return [
    row('verify', `${count(verifies)}/s`, {
      beside: 'chain, tree, signatures and sealed members, read from an export',
      goal: '>= 100,000/s',
      reached: verifies >= 100_000,
    }),
    ...PEERS.map(({ name, checks }) =>
      row(`verify: ${name}`, `${count(of(`verify ${name}`))}/s`, {
        beside: `Axtary ${ratio(verifies / of(`verify ${name}`))} x; ${checks}`,
      }),
    ),
  ];
}

async function fullSizeRows({ folder, records }: LedgerEffort): Promise<readonly Row[]> {
  const file = path.join(folder, newId('ledger'));
  const written = await writeLedger(file, records, (seq) => entryOf(seq, ALLOWED));
  const opened = await openCold(written);
  const verified = await verifyCold(written);
  const rate = (records * 1000) / verified.milliseconds;
  return [
    row(`open a ledger of ${count(records)} records`, `${opened.milliseconds.toFixed(0)} ms`, {
      beside: `peak ${megabytes(opened.peakBytes)}; a fresh process, records of calls`,
      goal: '<= 1,000 ms, <= 512 MB',
      reached: opened.milliseconds <= 1000 && opened.peakBytes <= MEMORY_LIMIT,
    }),
    row(`verify an export of ${count(records)} records`, `${count(rate)}/s`, {
      beside: `peak ${megabytes(verified.peakBytes)}; a fresh process, ${megabytes(written.exportBytes)} of calls`,
      goal: '>= 100,000/s, <= 512 MB',
      reached: rate >= 100_000 && verified.peakBytes <= MEMORY_LIMIT,
    }),
  ];
}

function megabytes(bytes: number): string {
  return `${count(bytes / 1e6)} MB`;
}

async function queryRows({ records }: LedgerEffort): Promise<readonly Row[]> {
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
