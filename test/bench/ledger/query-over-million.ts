import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { LedgerIndex, type QueryResult, type RecordQuery } from '@axtary/ledger';

import { writeSegments } from './million.js';

/** Milliseconds by what was measured, bytes where the name says so. */
export type QueryFigures = Readonly<Record<string, number>>;

const ROWS = 500;

/** What a person asks of a ledger, from the cheap to the dear. */
const QUESTIONS: Readonly<Record<string, RecordQuery>> = {
  everything: { filter: {}, spans: 200 },
  denials: { filter: { verdicts: ['deny'] }, spans: 200 },
  oneTask: { filter: { tasks: ['task-4711'] }, spans: 200 },
  oneCall: { filter: { decisionId: `dec_${String(123_456).padStart(22, '0')}` }, spans: 1 },
  manyFilters: {
    filter: { agents: ['agent:worker-3'], tools: ['mcp.tool.3'], rules: ['rule-3', 'rule-7'] },
    spans: 200,
  },
  byTask: { filter: {}, group: 'task', spans: 200 },
  byAgent: { filter: {}, group: 'agent', spans: 200 },
  rareText: { filter: { text: 'CHANGE 4711' }, spans: 200 },
  frequentText: { filter: { text: 'Rounding' }, spans: 200 },
  absentText: { filter: { text: 'no such text anywhere' }, spans: 200 },
};

/** Queries over a ledger of so many records, built in a folder of its own. */
export async function queryOverMillion(records = 1_000_000): Promise<QueryFigures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axt-bench-index-'));
  try {
    return await measure(folder, records);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, records: number): Promise<QueryFigures> {
  const figures: Record<string, number> = {};
  const time = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    figures[name] = performance.now() - start;
    return result;
  };
  const source = writeSegments(folder, records);
  // What a call that is to be decided meanwhile has to wait at most.
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const open = (): LedgerIndex => new LedgerIndex({ source, folder: path.join(folder, 'index') });
  const rows = (index: LedgerIndex, { seqs }: QueryResult, from: number): Promise<unknown> =>
    index.records(seqs.subarray(from, from + ROWS));

  await time('rebuild', () => open().snapshot());
  figures['rebuildLongestTurn'] = delay.max / 1e6;
  delay.reset();
  const files = await source.list();
  figures['ledgerBytes'] = files.reduce((sum, { bytes }) => sum + bytes, 0);

  await time('openAndFirstRows', async () => {
    const index = open();
    await rows(index, await index.query({ filter: {}, spans: 200 }), 0);
  });
  await time('coldFilter', () => open().query({ filter: { verdicts: ['deny'] }, spans: 200 }));
  const index = open();
  const all = await index.query({ filter: {}, spans: 200 });
  for (const [name, query] of Object.entries(QUESTIONS)) {
    const { seqs, isWhole } = await time(name, () => index.query(query));
    figures[`${name}Found`] = isWhole ? seqs.length : -seqs.length;
  }
  await time('rows', () => rows(index, all, Math.floor(records / 2)));
  figures['longestTurn'] = delay.max / 1e6;
  delay.disable();
  return figures;
}
