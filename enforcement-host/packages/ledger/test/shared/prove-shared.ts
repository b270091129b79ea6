import { inFolder } from '../support.js';
import { figuresOf, runEight } from './eight-processes.js';

/**
 * Proves that eight processes share one ledger, some of them killed at random, and that nothing is
 * lost or doubled. Usage: node --import tsx test/shared/prove-shared.ts [appends of each]; needs the
 * built package.
 */
const appends = Number(process.argv[2] ?? 5000);

await inFolder(async (folder) => {
  const outcome = await runEight(folder, appends, 250);
  process.stdout.write(`8 x ${appends}: ${figuresOf(outcome)}\n`);
  const { lost, doubled, report } = outcome;
  for (const id of lost) process.stderr.write(`lost: ${id}\n`);
  for (const id of doubled) process.stderr.write(`doubled: ${id}\n`);
  if (lost.length + doubled.length > 0 || report.verdict !== 'VALID_ANCHORED') {
    process.stderr.write(`${report.message}\n`);
    process.exitCode = 1;
  }
});
