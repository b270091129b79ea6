import { assertApprovalBinds } from '@axtary/actionpass';
import {
  approvalArtifactSchema,
  isJsonObject,
  type ApprovalArtifact,
  type ApprovalFact,
} from '@axtary/core';
import type { ApprovalDenial } from '@axtary/approvals';
import type { LedgerEntry } from '@axtary/ledger';

import type { HandleOptions } from '../types.js';
import { Block, assertNotCancelled, orBlock } from './block.js';
import type { DecidedAction } from './decide.js';
import type { Dependencies } from './dependencies.js';
import { freezeJson } from './freeze.js';

/** An approval that holds for exactly this action, and what policy is told of it. */
export interface VerifiedApproval {
  readonly artifact: ApprovalArtifact;
  readonly fact: ApprovalFact;
}

/** The answer of people: yes, each of them, or no with a reason. */
export interface ApprovalAnswer {
  readonly approvals: readonly VerifiedApproval[];
  /** Ends the call, whoever approved before. */
  readonly denied?: ApprovalDenial['denied'];
}

/**
 * Has a `step_up` answered.
 *
 * @throws Block when nobody can answer, nobody has, or the answer does not hold.
 */
export async function resolveApproval(
  decided: DecidedAction,
  options: HandleOptions,
  dependencies: Dependencies,
): Promise<ApprovalAnswer> {
  const { approvalResolver, closing } = dependencies;
  if (!approvalResolver) {
    throw new Block(
      'APPROVAL_REQUIRED',
      'a person must approve this call, and nobody can be asked',
    );
  }
  let approvalId: string | undefined;
  const { holdFor } = options;
  const signal = options.signal ? AbortSignal.any([options.signal, closing]) : closing;
  // Hosted or local, the resolver is not part of this process' trust: its answer is data.
  const answer: unknown = await orBlock(
    'APPROVAL_UNAVAILABLE',
    'the approval could not be had',
    () =>
      approvalResolver(
        {
          ...decided.digests,
          parsed: freezeJson(decided.parsed),
          policyHash: decided.policyHash,
          decision: decided.decision,
        },
        {
          signal,
          ...(holdFor !== undefined && { holdFor }),
          onPending(pending) {
            approvalId = pending.id;
            options.onPending?.(pending);
          },
        },
      ),
  );
  assertNotCancelled(signal);
  if (answer === null) {
    throw new Block('APPROVAL_PENDING', 'a person has not answered yet', { approvalId });
  }
  return readAnswer(answer, decided, dependencies);
}

async function readAnswer(
  answer: unknown,
  decided: DecidedAction,
  dependencies: Dependencies,
): Promise<ApprovalAnswer> {
  const denied = parseDenial(answer);
  if (!denied) return { approvals: await verifyAll(answer, decided, dependencies) };
  const before = isJsonObject(answer) ? (answer['approvals'] ?? []) : [];
  // What nobody executes by is left out where it does not hold; the denial stands.
  const approvals = await verifyAll(before, decided, dependencies).catch(() => []);
  return { approvals, denied };
}

/** More answers than a rule can ask for are not looked at. */
const MAX_ANSWERS = 64;

async function verifyAll(
  answer: unknown,
  decided: DecidedAction,
  dependencies: Dependencies,
): Promise<readonly VerifiedApproval[]> {
  const answers: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  if (answers.length === 0 || answers.length > MAX_ANSWERS) {
    throw new Block('APPROVAL_INVALID', 'the approval was refused: it is not one');
  }
  return Promise.all(answers.map((one) => verify(one, decided, dependencies)));
}

function parseDenial(answer: unknown): ApprovalDenial['denied'] | undefined {
  if (!isJsonObject(answer) || !isJsonObject(answer['denied'])) return undefined;
  const { by, reason, signature } = answer['denied'];
  if (!isText(by, 512) || by === '' || typeof reason !== 'string') return undefined;
  if (signature !== undefined && !isText(signature, 16_384)) return undefined;
  return { by, reason, ...(signature !== undefined && { signature }) };
}

// The bounds of the ledger's record.
function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength;
}

async function verify(
  answer: unknown,
  decided: DecidedAction,
  { verifyApproval, clock }: Dependencies,
): Promise<VerifiedApproval> {
  return orBlock('APPROVAL_INVALID', 'the approval was refused', async () => {
    const artifact = parseArtifact(answer);
    assertApprovalBinds(artifact, decided.digests, clock.now());
    return { artifact, fact: await verifyApproval(artifact) };
  });
}

/** A copy: what is verified, recorded and signed into the pass is one and the same. */
function parseArtifact(answer: unknown): ApprovalArtifact {
  const parsed = approvalArtifactSchema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new TypeError('it is not an approval artifact');
}

/** What people answered, as evidence, yes or no. */
export function approvalEntries(
  { decisionId }: DecidedAction,
  { approvals, denied }: ApprovalAnswer,
): LedgerEntry[] {
  const given = approvals.map(({ artifact }) => ({ decisionId, artifact }));
  const bodies = denied ? [...given, { decisionId, denied }] : given;
  return bodies.map((body) => ({ type: 'approval', body }));
}
