import {
  ARTIFACT_TYPES,
  approvalStatementSchema,
  policyTrustStatementSchema,
  type ApprovalStatement,
  type PolicyTrustStatement,
} from '@axtary/core';
import { namedKey, verifyCompact, type PublicJwk } from '@axtary/actionpass';
import type { z } from 'zod';

import { ApprovalError } from './errors.js';
import type { ApprovalItem } from './item.js';

/** The key and name of someone who may approve. */
export interface ApproverKey {
  readonly kid: string;
  readonly jwk: PublicJwk;
  readonly name: string;
}

/** Enrolled approvers by key id. */
export type ApproverKeys = ReadonlyMap<string, ApproverKey>;

/**
 * Verifies that an enrolled approver signed this answer to exactly this request: nonce, action,
 * payload, policy and tool definition are those of the item.
 *
 * @throws ApprovalError `APPROVAL_STATEMENT_INVALID`.
 */
export async function verifyApprovalStatement(
  jws: string,
  item: ApprovalItem,
  approvers: ApproverKeys,
): Promise<ApprovalStatement> {
  const { statement } = await verifySigned(jws, approvers, {
    typ: ARTIFACT_TYPES.approval,
    schema: approvalStatementSchema,
  });
  const expected: Partial<Record<keyof ApprovalStatement, string | undefined>> = {
    jti: item.nonce,
    approval_id: item.id,
    action_hash: item.actionHash,
    payload_hash: item.payloadHash,
    policy_hash: item.policyHash,
    definition_hash: item.action.context.mcp?.definitionHash,
  };
  for (const [name, value] of Object.entries(expected)) {
    if (statement[name as keyof ApprovalStatement] !== value) {
      throw invalid(`${name} is not that of the request`);
    }
  }
  return statement;
}

/**
 * Verifies that an enrolled approver trusts a policy text for a workspace.
 *
 * @throws ApprovalError `APPROVAL_STATEMENT_INVALID`.
 */
export async function verifyPolicyTrust(
  jws: string,
  approvers: ApproverKeys,
): Promise<{ readonly statement: PolicyTrustStatement; readonly approver: ApproverKey }> {
  return verifySigned(jws, approvers, {
    typ: ARTIFACT_TYPES.policyTrust,
    schema: policyTrustStatementSchema,
  });
}

interface Signed<S> {
  readonly typ: string;
  readonly schema: z.ZodType<S>;
}

async function verifySigned<S extends { readonly sub: string }>(
  jws: string,
  approvers: ApproverKeys,
  { typ, schema }: Signed<S>,
): Promise<{ readonly statement: S; readonly approver: ApproverKey }> {
  const approver = approvers.get(nameOf(jws));
  if (!approver) throw invalid('its key is not enrolled');
  let payload: unknown;
  try {
    payload = await verifyCompact(jws, typ, { ...approver.jwk });
  } catch (cause) {
    throw invalid('its signature does not hold', cause);
  }
  const parsed = schema.safeParse(payload);
  if (!parsed.success) throw invalid('its claims are not those of this artifact', parsed.error);
  if (parsed.data.sub !== approver.name) throw invalid('it names another approver than its key');
  return { statement: parsed.data, approver };
}

function nameOf(jws: string): string {
  try {
    return namedKey(jws) ?? '';
  } catch (cause) {
    throw invalid('it is not a compact JWS', cause);
  }
}

function invalid(why: string, cause?: unknown): ApprovalError {
  return new ApprovalError(
    'APPROVAL_STATEMENT_INVALID',
    `the signed statement is refused: ${why}`,
    {
      cause,
    },
  );
}
