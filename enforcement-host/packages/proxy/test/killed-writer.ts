import { appendFileSync } from 'node:fs';

import { Budgets } from '@axtary/budgets';
import { LocalJsonlLedger } from '@axtary/ledger';
import { createPolicy } from '@axtary/policy';

import { BudgetProjection, createProxyRuntime } from '../src/index.js';
import { TOOL, allowedAction, privateKey } from './support.js';

/**
 * Four callers call until their budget is used up, or until this process kills itself: after so
 * many microseconds, wherever that is, or before or after a handler.
 */
const [file = '', effects = '', unit = '', after = '0', max = '0'] = process.argv.slice(2);
let steps = unit === 'steps' ? Number(after) : Number.POSITIVE_INFINITY;

const budgets = new Budgets();
const ledger = new LocalJsonlLedger(file, { projections: [new BudgetProjection(budgets)] });
const { openIntents } = await ledger.open();
for (const { intentId } of openIntents) {
  await ledger.append([{ type: 'outcome', body: { intentId, status: 'unknown' } }]);
}
const proxy = createProxyRuntime({
  issuer: 'https://axtary.test',
  tenant: 'org:example',
  ledger,
  budgets,
  signingKey: privateKey,
  policy: createPolicy({
    version: 1,
    preset: 'none',
    policies: [
      {
        id: 'spend',
        effect: 'allow',
        match: { tool: TOOL },
        obligations: {
          budgets: [{ field: 'payload.cents', max: Number(max), windowSeconds: 86_400 }],
        },
      },
    ],
  }),
  handlers: {
    [TOOL]: ({ action }) => {
      mayDie();
      appendFileSync(effects, `${action.id}\n`);
      mayDie();
      return Promise.resolve({ ok: true });
    },
  },
});
if (unit === 'microseconds') setTimeout(die, Number(after) / 1000);
await Promise.all(Array.from({ length: 4 }, (_, caller) => spend(caller)));
await proxy.close();
await ledger.close();

async function spend(caller: number): Promise<void> {
  for (let n = 0; ; n++) {
    const { capability, ...rest } = allowedAction({ id: `act_${process.pid}-${caller}-${n}` });
    const payload = { ...capability.payload, cents: 1 };
    const action = { ...rest, capability: { ...capability, payload } };
    mayDie();
    const { status } = await proxy.handle(action);
    if (status !== 'executed') return;
    process.stdout.write(`${action.id}\n`);
  }
}

function mayDie(): void {
  if (--steps <= 0) die();
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
