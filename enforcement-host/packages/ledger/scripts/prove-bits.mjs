import { closeSync, copyFileSync, openSync, readFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { systemClock } from '@axtary/core';

import { attestLedger, LocalEpochKeys, LocalJsonlLedger, verifyExport } from '../dist/index.js';

/**
 * Flips every bit of an export, one at a time, and proves that none is still valid.
 * Usage: node scripts/prove-bits.mjs [records] [bits of each byte]; needs the built package. All bits
 * of 200 records take hours, of 40 records minutes.
 */
const HASH = `sha256:${'a'.repeat(64)}`;

await (isMainThread
  ? prove(Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 8))
  : flipOwn(workerData));

async function prove(records, bits) {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-bits-'));
  try {
    const file = await writeExport(folder, records);
    const { records: found, verdict } = await verifyExport(file);
    if (verdict !== 'VALID_UNANCHORED') throw new Error(`the export itself is ${verdict}`);
    const threads = availableParallelism();
    const shares = await Promise.all(
      Array.from({ length: threads }, (_, thread) => run({ file, bits, thread, threads })),
    );
    const missed = shares.flatMap((share) => share.missed);
    const sum = (name) => shares.reduce((total, share) => total + share[name], 0);
    console.log(
      `${found} records, ${sum('flips')} flips: ${sum('invalid')} INVALID, ` +
        `${sum('incomplete')} INCOMPLETE, ${missed.length} missed`,
    );
    for (const where of missed) console.error(where);
    if (missed.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two segments, so two keys; something sealed in half of the records. */
async function writeExport(folder, records) {
  const ledgerFile = path.join(folder, 'ledger.jsonl');
  const epochs = new LocalEpochKeys(path.join(folder, 'keys.json'));
  const checkpointEvery = { records: 20, milliseconds: 60_000 };
  const rotateAt = records * 220;
  const ledger = new LocalJsonlLedger(ledgerFile, { epochs, checkpointEvery, rotateAt });
  await ledger.open();
  while (ledger.head().size < records - 1) {
    const body = { server: 's', tool: 't', serverIdentity: HASH, definitionHash: HASH };
    const change = { workspace: '/w', policyHash: HASH, trustedBy: 'ada' };
    await ledger.append([
      ledger.head().size % 2 === 0
        ? { type: 'tool_pinned', body }
        : { type: 'policy_change', body: change },
    ]);
  }
  await ledger.checkpoint();
  const out = path.join(folder, 'export.jsonl');
  const sign = (text) => ledger.sign('export', text);
  await attestLedger(ledgerFile, out, { sign, software: 'prove', clock: systemClock });
  await ledger.close();
  return out;
}

function run(share) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function flipOwn({ file, bits, thread, threads }) {
  const own = `${file}.${thread}`;
  copyFileSync(file, own);
  const bytes = readFileSync(own);
  const handle = openSync(own, 'r+');
  const found = { flips: 0, invalid: 0, incomplete: 0, missed: [] };
  for (let at = thread; at < bytes.length; at += threads) {
    for (let n = 0; n < bits; n++) {
      const bit = (at + n) % 8;
      writeSync(handle, Uint8Array.of(bytes[at] ^ (1 << bit)), 0, 1, at);
      const { verdict } = await verifyExport(own);
      found.flips++;
      if (verdict === 'INVALID') found.invalid++;
      else if (verdict === 'INCOMPLETE') found.incomplete++;
      else found.missed.push(`byte ${at}, bit ${bit}: ${verdict}`);
    }
    writeSync(handle, bytes, at, 1, at);
  }
  closeSync(handle);
  parentPort.postMessage(found);
}
