// Asks all engines about many generated cases: `npm run prove:million --workspace @axtary/prover`.
// Arguments: how many cases (1000000), and the first seed (1).
import { ALL, random, run } from './engines.js';

const PART = 20_000;
const MOST = 10;

const [, , count = '1000000', seed = '1'] = process.argv;
const total = Number(count);
const byDecision = new Map<string, number>();
let done = 0;
let found = 0;

for (let part = 0; done < total && found < MOST; part++) {
  const batches = random(Number(seed) + part, Math.min(PART, total - done));
  const { cases, disagreements, ...answers } = await run(batches, { asked: ALL, most: MOST });
  done += cases;
  found += disagreements.length;
  for (const [decision, times] of Object.entries(answers.byDecision)) {
    byDecision.set(decision, (byDecision.get(decision) ?? 0) + times);
  }
  for (const each of disagreements) console.log(JSON.stringify(each));
  if (done < total) console.log(`${done} of ${total} cases, ${found} disagreements so far`);
}
console.log(JSON.stringify(Object.fromEntries(byDecision)));
console.log(`${done} cases, ${found} disagreements`);
process.exitCode = found === 0 ? 0 : 1;
