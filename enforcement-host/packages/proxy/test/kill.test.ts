import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { demoAction } from '@axtary/actionpass';
import { Budgets, scopesOf } from '@axtary/budgets';
import { LocalJsonlLedger, verifyLedger } from '@axtary/ledger';

import { BudgetProjection } from '../src/index.js';

const WRITER = fileURLToPath(new URL('killed-writer.ts', import.meta.url));
const MAX = 500;
const KILLS = 12;

describe('a budget kept in the ledger, with the enforcement point killed at any moment', () => {
  it('is never overspent, and what is recorded, executed and counted agree', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'axtary-proxy-'));
    try {
      const said: string[] = [];
      for (let kills = 0; kills < KILLS; kills++) {
        const when = kills % 2 ? ['steps', randomInt(1, 16)] : ['microseconds', randomInt(1, 9000)];
        const { lines, wasKilled } = await run(folder, ...when.map(String));
        assert.ok(wasKilled, 'it ended by itself');
        said.push(...lines);
        await assertAgreement(folder, said);
      }
      const { lines, wasKilled } = await run(folder, 'never', '0');
      assert.equal(wasKilled, false);
      said.push(...lines);
      assert.equal(await assertAgreement(folder, said), MAX);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }).timeout(180_000);
});

interface Run {
  /** What was acknowledged. */
  readonly lines: readonly string[];
  readonly wasKilled: boolean;
}

/** Calls in another process until the budget is used up or it is killed. */
async function run(folder: string, ...when: readonly string[]): Promise<Run> {
  const files = [path.join(folder, 'ledger.jsonl'), path.join(folder, 'effects')];
  const args = ['--import', 'tsx', WRITER, ...files, ...when, String(MAX)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const lines = (await text(child.stdout)).split('\n').slice(0, -1);
  await ended;
  return { lines, wasKilled: child.signalCode === 'SIGKILL' };
}

/** Compares the ledger with what was executed and acknowledged; returns what is counted. */
async function assertAgreement(folder: string, said: readonly string[]): Promise<number> {
  const { budgets, executed, open } = await readLedger(path.join(folder, 'ledger.jsonl'));
  const effects = await effectsIn(folder);
  const recorded = new Set([...executed, ...open.values()]);
  assert.equal(new Set(effects).size, effects.length, 'executed twice');
  assert.deepEqual(missing(effects, recorded), [], 'executed and not recorded');
  assert.deepEqual(missing(executed, new Set(effects)), [], 'recorded and not executed');
  assert.deepEqual(missing(said, executed), [], 'acknowledged and lost');
  const listed = budgets.list().map(({ id, state }) => `${id} ${state}`);
  assert.deepEqual(listed.toSorted(), Array.from(open.keys(), (id) => `${id} unknown`).toSorted());
  const meter = { id: 'spend.budget.0', per: ['human'], windowSeconds: 86_400 };
  const counts = budgets.read(scopesOf(demoAction), [meter], new Date());
  const counted = counts['spend.budget.0'] ?? 0;
  assert.equal(counted, recorded.size);
  assert.ok(counted <= MAX);
  return counted;
}

interface Recorded {
  readonly budgets: Budgets;
  /** Ids of actions. */
  readonly executed: ReadonlySet<string>;
  /** Ids of actions whose outcome is unknown, by the id of the intent. */
  readonly open: ReadonlyMap<string, string>;
}

async function readLedger(file: string): Promise<Recorded> {
  const budgets = new Budgets();
  const decided = new Map<string, string>();
  const executed = new Set<string>();
  const open = new Map<string, string>();
  const ledger = new LocalJsonlLedger(file, { projections: [new BudgetProjection(budgets)] });
  await ledger.open();
  for await (const { type, body } of ledger.read()) {
    if (type === 'decision') decided.set(body.decisionId, body.action?.id ?? '');
    if (type === 'intent') open.set(body.intentId, decided.get(body.decisionId) ?? '');
    if (type !== 'outcome' || body.status !== 'executed') continue;
    executed.add(open.get(body.intentId) ?? '');
    open.delete(body.intentId);
  }
  await ledger.close();
  const { verdict, message } = await verifyLedger(file);
  assert.equal(verdict, 'VALID_UNANCHORED', message);
  return { budgets, executed, open };
}

function missing(of: Iterable<string>, among: ReadonlySet<string>): readonly string[] {
  return [...of].filter((id) => !among.has(id));
}

async function effectsIn(folder: string): Promise<readonly string[]> {
  const lines = await readFile(path.join(folder, 'effects'), 'utf8').catch(() => '');
  return lines.split('\n').slice(0, -1);
}
