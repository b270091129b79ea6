import { inFolder } from '../support.js';
import { runFaults } from './points.js';

/**
 * Puts each fault into each system call on the ledger's files, and proves that nothing is lost.
 * Usage: node --import tsx test/faults/prove-faults.ts [points]
 */
await inFolder(async (folder) => {
  const limit = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
  const { all, tried, missed, failures } = await runFaults(folder, limit);
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  const counts = `${all} points, ${tried} tried, ${missed} hit nothing, ${failures.length} failed`;
  process.stdout.write(`${counts}\n`);
  if (failures.length > 0) process.exitCode = 1;
});
