import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

import type { Verdict } from '@axtary/core';
import { newId, sha256 } from '@axtary/core/digest';
import {
  ledgerSource,
  type LedgerEntry,
  type SegmentFile,
  type SegmentSource,
} from '@axtary/ledger';

import { GENESIS_PREV } from '../../../enforcement-host/packages/ledger/src/record/chain.js';
import { prepareEntry } from '../../../enforcement-host/packages/ledger/src/record/prepare.js';
import { leafHash, writeLine } from '../../../enforcement-host/packages/ledger/src/record/line.js';

const SEGMENT_RECORDS = 16_384;
const RECORDS_A_CALL = 4;
const HASH = sha256('something');
const START = Date.UTC(2026, 0, 1);
/** Milliseconds between two calls. */
const STEP = 120_000;

/** A ledger in sealed files, as one that has been written for months; written without a sync. */
export function writeSegments(folder: string, records: number): SegmentSource {
  const place = { log: newId('log'), boot: newId('boot') };
  const files: SegmentFile[] = [];
  let prev = GENESIS_PREV;
  let seq = 0;
  while (seq < records) {
    const first = seq;
    const file = path.join(folder, `${String(first).padStart(16, '0')}.jsonl`);
    const lines: string[] = [];
    for (; seq < Math.min(first + SEGMENT_RECORDS, records); seq++) {
      const { content, bodyText, disclosuresText } = prepareEntry(entryOf(seq));
      const ts = new Date(START + Math.floor(seq / RECORDS_A_CALL) * STEP).toISOString();
      const line = writeLine({ ...place, seq, prev, ts, mono: seq }, content.type, bodyText);
      prev = leafHash(line);
      if (disclosuresText !== '') lines.push(disclosuresText);
      lines.push(line);
    }
    const handle = openSync(file, 'w', 0o600);
    writeSync(handle, `${lines.join('\n')}\n`);
    closeSync(handle);
    const sealed = seq < records;
    files.push({ first, count: seq - first, file, sealed, bytes: statSync(file).size });
  }
  const { read } = ledgerSource('', () => 0);
  return { list: () => Promise.resolve(files), read };
}

const VERDICTS: readonly Verdict[] = ['allow', 'allow', 'allow', 'step_up', 'deny'];
const WORDS = ['retry', 'parser', 'invoice', 'rounding', 'login', 'cache', 'schema', 'release'];

/**
 * The entry at this place of a ledger of calls, four records each, decided by these verdicts in turn.
 * A task lasts 25 calls; 12 agents, 9 tools, 20 rules.
 */
export function entryOf(seq: number, verdicts = VERDICTS): LedgerEntry {
  const n = Math.floor(seq / RECORDS_A_CALL);
  const id = String(n).padStart(22, '0');
  const [decisionId, jti, intentId] = [`dec_${id}`, `jti_${id}`, `int_${id}`];
  const digests = { actionHash: HASH, payloadHash: HASH };
  const tool = `mcp.tool.${n % 9}`;
  switch (seq % RECORDS_A_CALL) {
    case 0:
      return { type: 'decision', body: { ...decisionOf(n, verdicts), decisionId, ...digests } };
    case 1: {
      const expiresAt = '2026-01-02T03:09:05.678Z';
      return { type: 'pass', body: { jti, decisionId, ...digests, kid: HASH, expiresAt } };
    }
    case 2: {
      const resource = `mcp:filesystem/write_file_${n % 50}`;
      return { type: 'intent', body: { intentId, decisionId, jti, tool, resource, ...digests } };
    }
    default:
      return { type: 'outcome', body: { intentId, status: 'executed', resultHash: HASH } };
  }
}

function decisionOf(
  n: number,
  verdicts: readonly Verdict[],
): Omit<Extract<LedgerEntry, { type: 'decision' }>['body'], 'decisionId'> {
  const verdict = verdicts[n % verdicts.length] ?? 'allow';
  const word = (at: number): string => WORDS[at % WORDS.length] ?? '';
  return {
    verdict,
    reasons: [{ rule: `rule-${n % 20}`, effect: verdict, message: 'a rule of the team says so' }],
    obligations: {},
    facts: { now: '2026-01-02T03:04:05.678Z', approvals: [] },
    policyHash: HASH,
    action: {
      id: `act_${String(n).padStart(22, '0')}`,
      actor: {
        agent: `agent:worker-${n % 12}`,
        human: `user:dev-${n % 7}@example.org`,
        tenant: 'org:example',
        runtime: 'claude-code',
      },
      intent: {
        task: `task-${Math.floor(n / 25)}`,
        summary: `fix the ${word(n)} of the ${word(n >> 3)} in change ${n}`,
      },
      capability: {
        tool: `mcp.tool.${n % 9}`,
        resource: `mcp:filesystem/write_file_${n % 50}`,
        constraints: {},
      },
      context: {
        source: 'mcp',
        workspace: '/home/dev/project',
        paths: [`src/${word(n)}/${n % 400}.ts`],
      },
    },
    timings: { parse: 12, normalize: 30, decide: 9, total: 80 },
  };
}
