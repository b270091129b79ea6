import { types } from 'node:util';

import { codeOf, messageOf, type Decision, type ParsedAction } from '@axtary/core';
import { newId, sha256 } from '@axtary/core/digest';
import type { LedgerEntry } from '@axtary/ledger';

import { approvalEntries, resolveApproval, type VerifiedApproval } from './pipeline/approve.js';
import { Block, assertNotCancelled, orBlock } from './pipeline/block.js';
import { settleUsage } from './pipeline/budget.js';
import { decide, decisionEntry, NO_POLICY, permit, type DecidedAction } from './pipeline/decide.js';
import type { Dependencies } from './pipeline/dependencies.js';
import { execute, handlerOf, type Execution } from './pipeline/execute.js';
import { issue, type IssuedPass } from './pipeline/issue.js';
import { nameAction, type NamedAction } from './pipeline/named-action.js';
import { recordIntent, type RecordedIntent } from './pipeline/record-intent.js';
import { recordOutcome } from './pipeline/record-outcome.js';
import type { Stopwatch } from './pipeline/stopwatch.js';
import type { HandleOptions, HandleResult } from './types.js';

interface Tools {
  readonly dependencies: Dependencies;
  readonly stopwatch: Stopwatch;
}

/** What one call has come to so far; for its result when it is blocked. */
interface Progress {
  decided: DecidedAction | undefined;
  /** From here on it may have happened, so what it reserved is settled by its outcome only. */
  isRecorded: boolean;
}

/** Takes one parsed action through the pipeline. Never rejects. */
export async function handleAction(
  parsed: ParsedAction,
  options: HandleOptions,
  tools: Tools,
): Promise<HandleResult> {
  const named = nameAction(parsed);
  const progress: Progress = { decided: undefined, isRecorded: false };
  // Not awaited: what is kept for looking back holds up nothing.
  void tools.dependencies.payloads?.put(named.digests.payloadHash, parsed.payloadText);
  try {
    const issued = await authoriseAction(named, options, { ...tools, progress });
    const intent = await record(issued, tools);
    progress.isRecorded = true;
    return await run(intent, options, tools);
  } catch (error) {
    if (!progress.isRecorded) giveBack(progress.decided, tools.dependencies);
    return blocked(error, named, { ...tools, progress });
  }
}

function giveBack(decided: DecidedAction | undefined, { budgets }: Dependencies): void {
  if (decided?.reservation) budgets.rollback(decided.reservation.id);
}

async function authoriseAction(
  named: NamedAction,
  options: HandleOptions,
  tools: Tools & { readonly progress: Progress },
): Promise<IssuedPass> {
  const { dependencies, stopwatch, progress } = tools;
  assertNotCancelled(options.signal);
  const asked = await stopwatch.time('policy', () =>
    decide(named, { approvals: [], options }, dependencies),
  );
  progress.decided = asked;
  if (asked.decision.decision !== 'step_up')
    return issueOrRecord({ decided: asked, options }, tools);
  await appendOrBlock([decisionEntry(asked, stopwatch.read())], tools);
  const approvals = await approve(asked, options, tools);
  // Time has passed: the policy of now decides, with the approvals among its facts.
  const facts = approvals.map(({ fact }) => fact);
  const decided = await stopwatch.time('policy', () =>
    decide(named, { approvals: facts, options }, dependencies),
  );
  progress.decided = decided;
  return issueOrRecord({ decided, asked, approval: approvals.at(-1), options }, tools);
}

async function approve(
  decided: DecidedAction,
  options: HandleOptions,
  tools: Tools,
): Promise<readonly VerifiedApproval[]> {
  const { dependencies, stopwatch } = tools;
  const answer = await stopwatch.time('approval', () =>
    resolveApproval(decided, options, dependencies),
  );
  await appendOrBlock(approvalEntries(decided, answer), tools);
  if (!answer.denied) return answer.approvals;
  const { by, reason } = answer.denied;
  throw new Block('APPROVAL_DENIED', `denied by ${by}${reason === '' ? '' : `: ${reason}`}`);
}

/** An approval says "under this policy"; under another one, a person must be asked again. */
function assertSamePolicy(asked: DecidedAction, decided: DecidedAction): void {
  if (asked.policyHash !== decided.policyHash) {
    throw new Block('APPROVAL_INVALID', 'the policy changed while the call waited; ask again');
  }
}

interface Answered {
  readonly options: HandleOptions;
  readonly decided: DecidedAction;
  /** The `step_up` before it, and the approval that completed it. */
  readonly asked?: DecidedAction;
  readonly approval?: VerifiedApproval | undefined;
}

/** What does not come to an intent is evidence too: it is recorded before the call is blocked. */
async function issueOrRecord(
  { decided, asked, approval, options }: Answered,
  tools: Tools,
): Promise<IssuedPass> {
  const { dependencies, stopwatch } = tools;
  try {
    const permitted = permit(decided);
    if (asked) assertSamePolicy(asked, decided);
    handlerOf(permitted, dependencies);
    return await stopwatch.time('actionPassIssuance', () =>
      issue(permitted, { approval: approval?.artifact, options }, dependencies),
    );
  } catch (error) {
    await appendOrBlock([decisionEntry(decided, stopwatch.read())], tools);
    throw error;
  }
}

function record(issued: IssuedPass, tools: Tools): Promise<RecordedIntent> {
  return tools.stopwatch.time('ledgerAppend', () =>
    recordIntent(issued, {
      ledger: tools.dependencies.ledger,
      timings: tools.stopwatch.read(),
    }),
  );
}

async function appendOrBlock(
  entries: readonly LedgerEntry[],
  { dependencies, stopwatch }: Tools,
): Promise<void> {
  await stopwatch.time('ledgerAppend', () =>
    orBlock('LEDGER_UNAVAILABLE', 'the ledger could not be written', () =>
      dependencies.ledger.append(entries),
    ),
  );
}

async function run(
  intent: RecordedIntent,
  options: HandleOptions,
  tools: Tools,
): Promise<HandleResult> {
  const { dependencies, stopwatch } = tools;
  const execution = await stopwatch.time('handlerExecution', () =>
    execute(intent, options, dependencies),
  );
  let unrecorded: unknown;
  try {
    await stopwatch.time('ledgerAppend', () =>
      recordOutcome(intent, execution, { ledger: dependencies.ledger, timings: stopwatch.read() }),
    );
  } catch (error) {
    unrecorded = error;
  }
  // The budget says what the ledger says: an outcome that is not in it is not known.
  const { reservation } = intent.issued.permitted;
  const outcome = unrecorded === undefined ? execution.status : 'unknown';
  if (reservation) settleUsage(dependencies.budgets, reservation, outcome);
  return resultOf(intent, execution, { unrecorded, stopwatch });
}

function resultOf(
  { issued }: RecordedIntent,
  execution: Execution,
  { unrecorded, stopwatch }: { readonly unrecorded: unknown; readonly stopwatch: Stopwatch },
): HandleResult {
  const { digests, decision } = issued.permitted;
  const bound = { ...digests, decision, timings: stopwatch.read() };
  if (execution.status === 'blocked') {
    const { code, message } = execution.block;
    return { ...bound, status: 'blocked', code, message };
  }
  if (execution.status === 'failed') return { ...bound, status: 'failed', error: execution.error };
  if (unrecorded !== undefined) {
    const message = `it was executed, but its outcome is not in the ledger: ${messageOf(unrecorded)}`;
    return { ...bound, status: 'failed', error: { code: 'OUTCOME_UNRECORDED', message } };
  }
  const { pass } = issued;
  const shown = pass ? { pass: { jti: pass.jti, token: pass.token } } : {};
  return { ...bound, status: 'executed', result: execution.result, ...shown };
}

const UNDECIDED: Decision = {
  decision: 'deny',
  reasons: [
    { rule: 'not-decided', effect: 'deny', message: 'the call ended before it was decided' },
  ],
  obligations: {},
};

function blocked(
  error: unknown,
  { digests }: NamedAction,
  { stopwatch, progress }: Tools & { readonly progress: Progress },
): HandleResult {
  // A failure that no step foresaw is still a failure before the handler.
  const block =
    error instanceof Block
      ? error
      : new Block('POLICY_UNAVAILABLE', `internal error (${codeOf(error)})`);
  const { approvalId } = block;
  return {
    ...digests,
    status: 'blocked',
    code: block.code,
    message: block.message,
    decision: progress.decided?.decision ?? UNDECIDED,
    timings: stopwatch.read(),
    ...(approvalId === undefined ? {} : { approvalId }),
  };
}

/** Records that something arrived that is not an action: its digest and length, nothing it says. */
export async function handleMalformed(
  input: unknown,
  error: unknown,
  { dependencies, stopwatch }: Tools,
): Promise<HandleResult> {
  const described = { code: codeOf(error), message: messageOf(error) };
  const entry: LedgerEntry = {
    type: 'decision',
    body: {
      decisionId: newId('dec'),
      verdict: 'deny',
      reasons: [{ rule: 'malformed', effect: 'deny', message: described.message }],
      obligations: {},
      facts: { now: dependencies.clock.now().toISOString(), approvals: [] },
      policyHash: NO_POLICY,
      malformed: { ...described, ...measure(input) },
    },
  };
  const malformed = { status: 'malformed', error: described } as const;
  try {
    await stopwatch.time('ledgerAppend', () => dependencies.ledger.append([entry]));
  } catch (cause) {
    const message = `${described.message}; and the ledger could not be written: ${messageOf(cause)}`;
    return { ...malformed, error: { ...described, message }, timings: stopwatch.read() };
  }
  return { ...malformed, timings: stopwatch.read() };
}

/** Only text and bytes have a digest of their own; of anything else the type is all that is sure. */
function measure(input: unknown): { inputHash: `sha256:${string}`; inputLength: number } {
  const bytes = typeof input === 'string' || types.isUint8Array(input) ? input : typeof input;
  return { inputHash: sha256(bytes), inputLength: Buffer.byteLength(bytes) };
}
