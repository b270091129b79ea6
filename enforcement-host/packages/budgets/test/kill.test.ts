import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { StoredBudgets } from '../src/index.js';
import { acme, at, inFolder, money, openStore } from './support.js';

const WRITER = fileURLToPath(new URL('killed-writer.ts', import.meta.url));
const MAX = 2000;
const KILLS = 16;

interface Run {
  readonly acknowledged: readonly string[];
  readonly wasKilled: boolean;
}

/** Spends in another process, until the budget is used up or the process is killed. */
async function run(folder: string, ...when: readonly string[]): Promise<Run> {
  const files = [path.join(folder, 'budgets.jsonl'), path.join(folder, 'effects')];
  const args = ['--import', 'tsx', WRITER, ...files, ...when, String(MAX)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const said = await text(child.stdout);
  await ended;
  return { acknowledged: said.split('\n').slice(0, -1), wasKilled: child.signalCode === 'SIGKILL' };
}

async function effectsIn(folder: string): Promise<readonly string[]> {
  const lines = await readFile(path.join(folder, 'effects'), 'utf8').catch(() => '');
  return lines.split('\n').slice(0, -1);
}

describe('stored budgets, killed at any moment', () => {
  // Two at a time, so 32 kills.
  it('never spend more than there is, and lose or double nothing', async () => {
    await Promise.all([inFolder(spendAll), inFolder(spendAll)]);
  }).timeout(180_000);
});

async function spendAll(folder: string): Promise<void> {
  const acknowledged = new Set<string>();
  for (let kills = 0; kills < KILLS; kills++) {
    const when = kills % 2 ? ['steps', randomInt(1, 36)] : ['microseconds', randomInt(1, 3000)];
    const result = await run(folder, ...when.map(String));
    assert.ok(result.wasKilled, 'it ended by itself');
    for (const id of result.acknowledged) acknowledged.add(id);
    await reconcile(folder, { acknowledged, effects: await effectsIn(folder) });
  }
  const last = await run(folder, 'never', '0');
  assert.equal(last.wasKilled, false);
  const effects = await effectsIn(folder);
  assert.deepEqual([effects.length, new Set(effects).size], [MAX, MAX]);
}

interface Seen {
  readonly acknowledged: ReadonlySet<string>;
  readonly effects: readonly string[];
}

/** Opens what a killed process left, and settles what is unknown there. */
async function reconcile(folder: string, { acknowledged, effects }: Seen): Promise<void> {
  const store = await openStore(path.join(folder, 'budgets.jsonl'));
  const budgets = await StoredBudgets.open(store, { clock: { now: () => at(0) } });
  const open = budgets.list();
  const used = (): number | undefined => budgets.read(acme, [money])['money'];
  assert.ok(open.every(({ state }) => state === 'unknown'));
  assert.deepEqual(
    open.filter(({ id }) => acknowledged.has(id)),
    [],
    'an acknowledged commit was lost',
  );
  const unknown = new Set(open.map(({ id }) => id));
  const executed = effects.filter((id) => unknown.has(id));
  assert.equal(used(), effects.length - executed.length + unknown.size);
  for (const id of unknown) {
    const as = executed.includes(id) ? 'committed' : 'rolled_back';
    await budgets.reconcile(id, { as, by: 'user:test' });
  }
  assert.equal(used(), effects.length);
  await budgets.close();
}
