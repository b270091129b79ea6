import crypto from 'node:crypto';
import { appendFileSync, linkSync, unlinkSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

/**
 * Does once all that a ledger does with files, and says on stdout, one JSON object a line, what was
 * acknowledged and what was refused. What is refused is tried again, at last with the ledger opened
 * anew. Two runs name their files alike, so that one can be traced and another be disturbed.
 */
const folder = process.argv[2] ?? '';
const place = (name) => join(folder, 'ledger', name);
const path = place('ledger.jsonl');
const TIMES = 3;

fixRandomness();
const { LocalEpochKeys, LocalHeadStore, LocalJsonlLedger, attestLedger } =
  await import('@axtary/ledger');
const { createProxyRuntime } = await import('@axtary/proxy');
const { demoAction } = await import('@axtary/actionpass');
const { systemClock } = await import('@axtary/core');

let ledger = newLedger();
const proxy = createProxyRuntime({
  issuer: 'https://axtary.test',
  tenant: 'org:example',
  ledger: { append: (entries) => ledger.append(entries) },
  signingKey: crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  handlers: {
    [demoAction.capability.tool]: ({ action }) => {
      appendFileSync(join(folder, 'effects'), `${action.id}\n`);
      return Promise.resolve({ ok: true });
    },
  },
});

await attempt('open', () => ledger.open());
await use('a');
await attempt('export', attest);
for (const name of ['b', 'c', 'd']) await use(name);
await attempt('export', attest);
await close();
tear();
ledger = newLedger();
await attempt('open', () => ledger.open());
await use('e');
await close();
await proxy.close();
say({ done: true });

function newLedger() {
  return new LocalJsonlLedger(path, {
    epochs: new LocalEpochKeys(place('keys.json')),
    heads: new LocalHeadStore(place('head.json')),
    rotateAt: 12_000,
  });
}

async function use(name) {
  await attempt(`call ${name}`, (time) => handle(`act_${name}${time}`));
  const names = ['0', '1'].map((one) => `${name}${one}`);
  const results = await Promise.allSettled(names.map(decide));
  for (const [at, { status, reason }] of results.entries()) {
    if (status === 'fulfilled') continue;
    say({ refused: `append ${names[at]}`, code: nameOf(reason) });
    await attempt(`append ${names[at]}`, () => decide(names[at]));
  }
}

async function handle(id) {
  const { capability, ...rest } = structuredClone(demoAction);
  const payload = { ...capability.payload, testsPassed: true };
  const result = await proxy.handle({ ...rest, id, capability: { ...capability, payload } });
  if (result.status !== 'executed') throw new Error(result.code ?? result.error.code);
  say({ executed: id });
}

async function decide(name) {
  const decisionId = `dec_${name}`;
  const hash = `sha256:${'0'.repeat(64)}`;
  const body = {
    decisionId,
    verdict: 'deny',
    reasons: [],
    obligations: {},
    facts: { now: '2026-01-02T03:04:05.678Z', approvals: [] },
    policyHash: hash,
    actionHash: hash,
    payloadHash: hash,
  };
  await ledger.append([{ type: 'decision', body }]);
  say({ appended: decisionId });
}

async function attest() {
  await ledger.checkpoint();
  const { size } = await attestLedger(path, place('export.jsonl'), {
    sign: (text) => ledger.sign('export', text),
    software: 'test',
    clock: systemClock,
  });
  say({ exported: size });
}

async function close() {
  await ledger.close().catch((error) => say({ refused: 'close', code: nameOf(error) }));
}

async function attempt(step, work) {
  for (let time = 1; ; time++) {
    try {
      return await work(time);
    } catch (error) {
      say({ refused: step, code: nameOf(error) });
      if (time === TIMES) return say({ abandoned: step, code: nameOf(error), why: String(error) });
      if (time === TIMES - 1) await reopen();
    }
  }
}

async function reopen() {
  await close();
  ledger = newLedger();
  await ledger.open().catch((error) => say({ refused: 'reopen', code: nameOf(error) }));
}

/** Leaves an unfinished line, as a crash would; by another name, so that it is not disturbed. */
function tear() {
  const other = join(folder, 'other-name');
  linkSync(path, other);
  appendFileSync(other, '{"body":{"decisionId":"dec_');
  unlinkSync(other);
}

function nameOf(error) {
  return error.code ?? error.message;
}

function say(what) {
  writeSync(1, `${JSON.stringify(what)}\n`);
}

/** Ids and the names of drafts are the same in every run, and still differ from each other. */
function fixRandomness() {
  let drawn = 0;
  crypto.randomFillSync = (bytes) => {
    for (let at = 0; at < bytes.length; at += 16) {
      const block = crypto.createHash('sha256').update(`${drawn++}`).digest().subarray(0, 16);
      bytes.set(block.subarray(0, bytes.length - at), at);
    }
    return bytes;
  };
  syncBuiltinESMExports();
}
