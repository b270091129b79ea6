import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isJsonObject, type JsonObject } from '@axtary/core';

import {
  LocalEpochKeys,
  LocalHeadStore,
  LocalJsonlLedger,
  readLedger,
  verifyExport,
  verifyLedger,
} from '../../src/index.js';
import { decision } from '../support.js';
import type { Fault, Trace } from './strace.js';

/** Opens what the program left, without faults, and compares it with what the program said. */
export async function assertAftermath(folder: string, trace: Trace, fault: Fault): Promise<void> {
  const said = trace.said.map(parse);
  // Where two threads made their n-th call of a name, both had it.
  if (fault !== 'SIGKILL' && trace.injected.length === 1) assertRecovered(trace, said);
  const path = join(folder, 'ledger', 'ledger.jsonl');
  await goOn(folder, path);
  const { verdict, message } = await verifyLedger(path);
  assert.equal(verdict, 'VALID_UNANCHORED', message);
  await assertRecords(folder, path, said);
  await assertExport(join(folder, 'ledger', 'export.jsonl'), said);
}

/** One fault costs a try, not the step, and is told by a code. */
function assertRecovered({ ending, stderr }: Trace, said: readonly JsonObject[]): void {
  assert.equal(ending, '0', stderr);
  const abandoned = said.find((one) => 'abandoned' in one);
  assert.equal(abandoned, undefined, JSON.stringify(abandoned));
  for (const { code } of said) {
    if (code !== undefined) assert.match(JSON.stringify(code), /^"(LEDGER_|OUTCOME_UNRECORDED")/);
  }
}

/** The key, the head and the file are usable. */
async function goOn(folder: string, path: string): Promise<void> {
  const ledger = new LocalJsonlLedger(path, {
    epochs: new LocalEpochKeys(join(folder, 'ledger', 'keys.json')),
    heads: new LocalHeadStore(join(folder, 'ledger', 'head.json')),
  });
  try {
    await ledger.append([decision('dec_after')]);
    assert.equal((await ledger.checkpoint())?.type, 'checkpoint');
  } finally {
    await ledger.close();
  }
}

async function assertRecords(
  folder: string,
  path: string,
  said: readonly JsonObject[],
): Promise<void> {
  const decisions: string[] = [];
  const intended: string[] = [];
  const executed: string[] = [];
  const actions = new Map<string, string>();
  for await (const { type, body } of readLedger(path)) {
    if (type === 'decision') {
      decisions.push(body.decisionId);
      actions.set(body.decisionId, body.action?.id ?? '');
    }
    if (type === 'intent') {
      const action = actions.get(body.decisionId) ?? '';
      actions.set(body.intentId, action);
      intended.push(action);
    }
    if (type === 'outcome') executed.push(actions.get(body.intentId) ?? '');
  }
  for (const ids of [decisions, intended, executed]) assertOnce(ids);
  const effects = await linesOf(join(folder, 'effects'));
  assertOnce(effects);
  assertAmong(effects, intended, 'executed without a durable record');
  assertAmong(idsOf(said, 'executed'), executed, 'acknowledged and lost');
  const appended = idsOf(said, 'appended');
  assertAmong(appended, decisions, 'acknowledged and lost');
}

async function assertExport(file: string, said: readonly JsonObject[]): Promise<void> {
  const exported = said.flatMap((one) =>
    typeof one['exported'] === 'number' ? [one['exported']] : [],
  );
  if (!existsSync(file)) {
    assert.deepEqual(exported, [], 'an export that was reported is gone');
    return;
  }
  const { verdict, message, size } = await verifyExport(file);
  assert.equal(verdict, 'VALID_UNANCHORED', message);
  assert.ok(size >= (exported.at(-1) ?? 0), 'an older export than was reported');
}

function parse(line: string): JsonObject {
  const said: unknown = JSON.parse(line);
  assert.ok(isJsonObject(said));
  return said;
}

function idsOf(said: readonly JsonObject[], what: string): readonly string[] {
  return said.flatMap((one) => (typeof one[what] === 'string' ? [one[what]] : []));
}

function assertOnce(ids: readonly string[]): void {
  assert.deepEqual([...new Set(ids)], ids, 'doubled');
}

function assertAmong(ids: readonly string[], all: readonly string[], what: string): void {
  const missing = ids.filter((id) => !all.includes(id));
  assert.deepEqual(missing, [], what);
}

async function linesOf(file: string): Promise<readonly string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
}
