import { requestId } from '@axtary/approvals';
import { canonicalize, type Clock } from '@axtary/core';
import type { IndexedEntry, LedgerRecord, RecordOf } from '@axtary/ledger';
import type { LedgerDetail } from '@axtary/protocol';

import type { Authority } from '../authority/authority.js';
import { HostError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { diffText } from './diff-text.js';
import { linksOf } from './links.js';
import { passOf } from './pass-state.js';
import { rowsOf } from './rows.js';

/** Where a record stands, and what proves it; `undefined` until a checkpoint covers it. */
export type ProofOf = (workspace: Workspace, seq: number) => Promise<LedgerDetail['proof']>;

export interface DetailSources {
  readonly authority: Authority;
  readonly clock: Clock;
  readonly proofOf: ProofOf;
}

/** Records of one call that are shown with it; there are a few. */
const MAX_CALL = 100;

/**
 * One record with everything that it is to be read with.
 *
 * @throws HostError `RECORD_UNKNOWN`; LedgerError where the ledger cannot be read.
 */
export async function ledgerDetail(
  workspace: Workspace,
  seq: number,
  { authority, clock, proofOf }: DetailSources,
): Promise<LedgerDetail> {
  const { index } = workspace.evidence;
  const entry = (await index.records([seq])).get(seq);
  if (!entry) throw new HostError('RECORD_UNKNOWN', `the ledger has no record ${seq} yet`);
  const seqs = await callOf(workspace, entry);
  const entries = await index.records(seqs);
  const records = seqs.flatMap((one) => entries.get(one)?.record ?? []);
  const decision = records.find((record) => record.type === 'decision');
  const outcome = records.find((record) => record.type === 'outcome');
  const [row] = await rowsOf(index, [seq]);
  if (!row) throw new HostError('RECORD_UNKNOWN', `the ledger has no record ${seq} any more`);
  const diff = decision && (await approvedDiff(workspace, decision));
  const pass = await passOf(records, { authority, now: clock.now() });
  const proof = await proofOf(workspace, seq);
  return {
    row,
    recordText: JSON.stringify(entry.record, undefined, 2),
    line: entry.line,
    ...(await payloadOf(workspace, decision)),
    ...(diff !== undefined && { diff }),
    reasons: reasonsOf(entry, entries),
    call: await rowsOf(
      index,
      seqs.filter((one) => one !== seq),
    ),
    ...(pass && { pass }),
    links: linksOf(decision?.body.action, outcome),
    ...(proof && { proof }),
  };
}

/** Why it was decided so: of the decision itself, or of the one that a record follows on. */
function reasonsOf(
  { record, decision = -1 }: IndexedEntry,
  call: ReadonlyMap<number, IndexedEntry>,
): LedgerDetail['reasons'] {
  const decided = record.type === 'decision' ? record : call.get(decision)?.record;
  if (decided?.type !== 'decision') return [];
  return decided.body.reasons.map(({ rule, message }) => ({ rule, message }));
}

/** All records of a record's call, in order; itself where it is of none. */
async function callOf(
  { evidence: { index } }: Workspace,
  entry: IndexedEntry,
): Promise<readonly number[]> {
  const { seq } = entry.record;
  const decisionId = decisionIdOf(entry.record) ?? (await begunBy(index, entry));
  if (decisionId === undefined) return [seq];
  const { seqs } = await index.query({ filter: { decisionId }, spans: 1 });
  const call = [...seqs.subarray(-MAX_CALL)].reverse();
  return call.includes(seq) ? call : [...call, seq];
}

async function begunBy(
  index: Workspace['evidence']['index'],
  { decision }: IndexedEntry,
): Promise<string | undefined> {
  if (decision === undefined) return undefined;
  const begun = (await index.records([decision])).get(decision);
  return begun && decisionIdOf(begun.record);
}

function decisionIdOf({ body }: LedgerRecord): string | undefined {
  return 'decisionId' in body ? body.decisionId : undefined;
}

async function payloadOf(
  { evidence: { payloads } }: Workspace,
  decision: RecordOf<'decision'> | undefined,
): Promise<Pick<LedgerDetail, 'payloadText' | 'payloadNote'>> {
  if (!decision) return {};
  const { payloadHash, malformed } = decision.body;
  if (malformed) {
    return {
      payloadNote: 'the tool call could not be parsed: of its content only a digest is kept',
    };
  }
  if (payloadHash === undefined) return {};
  const payload = await payloads.get(payloadHash);
  return payload
    ? { payloadText: canonicalize(payload) }
    : {
        payloadNote: 'the payload was not kept, was forgotten, or is not what was decided any more',
      };
}

/** The change that an approver was shown. */
async function approvedDiff(
  { approvals }: Workspace,
  { body }: RecordOf<'decision'>,
): Promise<string | undefined> {
  const item = body.actionHash && (await approvals.get(requestId(body.actionHash)));
  return item?.diff && diffText(item.diff);
}
