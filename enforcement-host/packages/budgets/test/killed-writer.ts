import { appendFileSync } from 'node:fs';

import { StoredBudgets } from '../src/index.js';
import { acme, at, money, openStore } from './support.js';

/**
 * Four callers spend until the budget is used up, or until this process kills itself: after so many
 * steps, each between two awaits, or after so many microseconds, wherever that is.
 */
const [file = '', effects = '', unit = '', after = '0', max = '0'] = process.argv.slice(2);
let steps = unit === 'steps' ? Number(after) : Number.POSITIVE_INFINITY;

const budgets = await StoredBudgets.open(await openStore(file, 2000), {
  clock: { now: () => at(0) },
});
const start = performance.now();
await Promise.all(Array.from({ length: 4 }, (_, caller) => spend(caller)));
await budgets.close();

async function spend(caller: number): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${process.pid}.${caller}.${n}`;
    const charges = [{ meter: money, amount: 1, currency: 'USD', max: Number(max) }];
    mayDie();
    const { isReserved } = await budgets.reserve({ id, scopes: acme, charges });
    mayDie();
    if (!isReserved) return;
    appendFileSync(effects, `${id}\n`);
    mayDie();
    await budgets.commit(id);
    mayDie();
    process.stdout.write(`${id}\n`);
  }
}

function mayDie(): void {
  if (--steps <= 0) process.kill(process.pid, 'SIGKILL');
  if (unit === 'microseconds' && (performance.now() - start) * 1000 > Number(after)) {
    process.kill(process.pid, 'SIGKILL');
  }
}
