import { LocalEpochKeys, LocalHeadStore, SharedJsonlLedger } from '../../dist/index.js';

/**
 * One of several processes that append to one ledger. Usage: node member.mjs <folder> <name>
 * <appends>; needs the built package. Says `[name of the append, whether this process writes]` on
 * stdout, a line each, once an append is acknowledged.
 */
const CALLERS = 8;
const HASH = `sha256:${'a'.repeat(64)}`;
const [folder = '', name = '', appends = '0'] = process.argv.slice(2);

const ledger = new SharedJsonlLedger(`${folder}/ledger.jsonl`, {
  epochs: new LocalEpochKeys(`${folder}/keys.json`),
  heads: new LocalHeadStore(`${folder}/head.json`),
  rotateAt: 1024 * 1024,
});
let next = 0;
await Promise.all(Array.from({ length: CALLERS }, callInTurn));
await ledger.close();

async function callInTurn() {
  while (next < Number(appends)) {
    const id = `${name}.${next++}`;
    const records = await ledger.append(entries(id));
    if (records.length !== 2) throw new Error(`${records.length} records for ${id}`);
    process.stdout.write(`${JSON.stringify([id, ledger.isWriter])}\n`);
  }
}

function entries(id) {
  const hashes = { actionHash: HASH, payloadHash: HASH };
  const decision = {
    decisionId: id,
    verdict: 'allow',
    reasons: [],
    obligations: {},
    facts: { now: '2026-01-02T03:04:05.678Z', approvals: [] },
    policyHash: HASH,
    ...hashes,
  };
  const pass = { jti: id, decisionId: id, expiresAt: '2026-01-02T03:09:05.678Z', ...hashes };
  return [
    { type: 'decision', body: decision },
    { type: 'pass', body: pass },
  ];
}
