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

/** The answer of a person: yes, or no with a reason. */
export type ApprovalAnswer = VerifiedApproval | ApprovalDenial;

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
  return parseDenial(answer) ?? verify(answer, decided, dependencies);
}

function parseDenial(answer: unknown): ApprovalDenial | undefined {
  if (!isJsonObject(answer) || !isJsonObject(answer['denied'])) return undefined;
  const { by, reason, signature } = answer['denied'];
  if (!isText(by, 512) || by === '' || typeof reason !== 'string') return undefined;
  if (signature !== undefined && !isText(signature, 16_384)) return undefined;
  return { denied: { by, reason, ...(signature !== undefined && { signature }) } };
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

/** A person's answer as evidence, yes or no. */
export function approvalEntry(decided: DecidedAction, answer: ApprovalAnswer): LedgerEntry {
  const { decisionId } = decided;
  return 'denied' in answer
    ? { type: 'approval', body: { decisionId, denied: answer.denied } }
    : { type: 'approval', body: { decisionId, artifact: answer.artifact } };
}
