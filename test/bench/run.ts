import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { ensureNode24 } from '../../scripts/setup.mjs';
import type { Slices } from './interleave.js';
import { compareLedgers } from './ledger/compare.js';
import { median, percentile, type Load, type Samples } from './measure.js';
import { comparePasses } from './passes/compare.js';
import { comparePolicies } from './policy/compare.js';
import * as stages from './stages.js';
import { count, print, ratio, row, us, type Row } from './table.js';

const CALLERS = [1, 64, 256] as const;
const CALLS = { 1: 300, 64: 3000, 256: 6000 } as const;
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));

/** One reading of everything; several are interleaved, and the median of each figure counts. */
async function readAll(folder: string): Promise<Readonly<Record<string, number>>> {
  const key = stages.newKey();
  const { decide, parse } = stages.policyDecision();
  const { bare, pass } = await stages.signing(key);
  const sync = await stages.syncing(folder);
  const one = await stages.appending(folder, 1, 300);
  const many = await stages.appending(folder, 256, 60_000);
  const figures: Record<string, number> = {
    decideP50: percentile(decide, 50),
    decideP99: percentile(decide, 99),
    parseP50: percentile(parse, 50),
    signP50: percentile(bare, 50),
    signRate: rate(bare),
    passP50: percentile(pass, 50),
    syncP50: percentile(sync, 50),
    appendP50: percentile(one.samples, 50),
    appendRate: many.perSecond,
  };
  for (const callers of CALLERS) {
    const calls = CALLS[callers];
    const handled = await stages.handling(folder, key, { callers, calls, until: 'handler' });
    const naive = await stages.naive(folder, key, { callers, calls: Math.ceil(calls / 4) });
    keep(figures, `handle${callers}`, handled);
    keep(figures, `naive${callers}`, naive);
  }
  const whole = await stages.handling(folder, key, { callers: 256, calls: 5000, until: 'end' });
  keep(figures, 'whole256', whole);
  figures['verifyRate'] = (await stages.verifying(whole.file)).perSecond;
  return figures;
}

function keep(figures: Record<string, number>, name: string, { samples, perSecond }: Load): void {
  figures[`${name}P50`] = percentile(samples, 50);
  figures[`${name}Rate`] = perSecond;
}

function rate(samples: Samples): number {
  return 1e9 / (samples.reduce((sum, value) => sum + value, 0) / samples.length);
}

type Figure = (name: string) => number;
function rowsOf(of: Figure): readonly Row[] {
  const limit = 3 * of('syncP50') + 100_000;
  const share = (name: string) => of(name) / of('signRate');
  return [
    row('decision, 20 rules, p50', us(of('decideP50')), {
      beside: `${ratio(of('decideP50') / of('parseP50'))} of JSON.parse ${us(of('parseP50'))}`,
      goal: '<= 0.50 us',
      reached: of('decideP50') <= 500,
    }),
    row('decision, 20 rules, p99', us(of('decideP99')), {
      beside: 'means of ten in a row',
      goal: '<= 2.00 us',
      reached: of('decideP99') <= 2000,
    }),
    row('pass: claims, sign, encode', us(of('passP50')), {
      beside: `${ratio(of('passP50') / of('signP50'))} x bare ES256 ${us(of('signP50'))}`,
    }),
    row('ledger append, 1 caller, p50', us(of('appendP50')), {
      beside: `${ratio(of('appendP50') / of('syncP50'))} x one fdatasync ${us(of('syncP50'))}`,
    }),
    row('ledger append, 256 callers', `${count(of('appendRate'))}/s`, {
      beside: `${ratio((of('appendRate') * of('syncP50')) / 1e9)} records an fdatasync`,
      goal: '>= 100,000/s',
      reached: of('appendRate') >= 100_000,
    }),
    row('handle() to handler, 1 caller, p50', us(of('handle1P50')), {
      beside: `naive ${us(of('naive1P50'))}`,
      goal: `<= ${us(limit)} (3 fdatasync + 0.1 ms)`,
      reached: of('handle1P50') <= limit,
    }),
    ...CALLERS.map((callers) =>
      row(`handle() to handler, ${callers} caller(s)`, `${count(of(`handle${callers}Rate`))}/s`, {
        beside:
          `${ratio(share(`handle${callers}Rate`))} of ES256 ${count(of('signRate'))}/s; ` +
          `naive ${ratio(share(`naive${callers}Rate`))}; p50 ${us(of(`handle${callers}P50`))}`,
        ...(callers === 256 && {
          goal: '>= 0.45 of ES256',
          reached: share('handle256Rate') >= 0.45,
        }),
      }),
    ),
    row('whole handle(), 256 callers', `${count(of('whole256Rate'))}/s`, {
      beside: `${ratio(share('whole256Rate'))} of ES256; 4 durable records a call`,
    }),
    row('verify an export', `${count(of('verifyRate'))} records/s`, {
      beside: 'the records of whole handle()',
      goal: '>= 100,000/s',
      reached: of('verifyRate') >= 100_000,
    }),
  ];
}

async function benchStages(rounds: number): Promise<readonly Row[]> {
  return inFolder(async (folder) => {
    const readings: Readonly<Record<string, number>>[] = [];
    for (let round = 0; round < rounds; round++) readings.push(await readAll(folder));
    return rowsOf((name) => median(readings.map((reading) => reading[name] ?? Number.NaN)));
  });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How long a table takes, and how much its figures say. */
interface Effort {
  readonly rounds: number;
  readonly slices: Slices;
  /** Of the ledger that is searched and verified. */
  readonly records: number;
}

const FULL: Effort = { rounds: 3, slices: { count: 40, ms: 30 }, records: 1_000_000 };
const QUICK: Effort = { rounds: 1, slices: { count: 2, ms: 5 }, records: 50_000 };

interface Table {
  readonly title: string;
  readonly measure: (effort: Effort) => Promise<readonly Row[]>;
}

const TABLES: Readonly<Record<string, Table>> = {
  stages: {
    title: 'stages of a call',
    measure: ({ rounds }) => benchStages(rounds),
  },
  policy: {
    title: 'decisions beside other engines',
    measure: ({ rounds }) => comparePolicies({ rounds, opa: process.env['AXTARY_OPA'] }),
  },
  ledger: {
    title: 'the ledger beside others, and at full size',
    measure: async ({ rounds, records }) => {
      const node24 = await ensureNode24();
      return inFolder((folder) => compareLedgers({ folder, rounds, records, node24 }));
    },
  },
  passes: {
    title: 'passes, proofs, chains, budgets',
    measure: ({ slices }) => inFolder((folder) => comparePasses(folder, slices)),
  },
};

// `npm run bench -- policy passes` measures these alone; `--quick` shows that a table can be
// measured, and its figures say little.
const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const effort = values.quick ? QUICK : FULL;
const names = positionals.length > 0 ? positionals : Object.keys(TABLES);
const started = process.hrtime.bigint();
for (const name of names) {
  const table = TABLES[name];
  if (!table) throw new TypeError(`expected one of ${Object.keys(TABLES).join(', ')}, got ${name}`);
  const rows = await table.measure(effort);
  console.log(`\n${table.title}`);
  print(rows);
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
console.log(
  `\n${effort.rounds} round(s), ${effort.slices.count} slices of ${effort.slices.ms} ms, ` +
    `in ${seconds.toFixed(0)} s on Node ${process.version}, ${availableParallelism()} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}.`,
);
