import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { accuse } from './honest.js';

/**
 * Writes many small honest ledgers and proves that verification accuses none of them.
 * Usage: node --import tsx test/store/prove-honest.ts [ledgers] [first seed]
 */
const count = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? 0);
let accused = 0;

for (let seed = first; seed < first + count; seed++) {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-honest-'));
  try {
    const finding = await accuse(folder, seed).catch(String);
    if (finding === undefined) continue;
    accused++;
    process.stderr.write(`ledger ${seed}: ${finding}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
process.stdout.write(`${count} honest ledgers, ${accused} accused\n`);
if (accused > 0) process.exitCode = 1;
