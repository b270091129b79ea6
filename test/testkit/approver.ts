import {
  ARTIFACT_TYPES,
  type ApprovalDetail,
  type ApprovalStatement,
  type PublicJwk,
} from '@axtary/protocol';
import {
  CompactSign,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type CryptoKey,
} from 'jose';

/** A person who approves: a key and a name, as an editor would hold them. */
export interface Approver {
  readonly name: string;
  readonly kid: string;
  readonly jwk: PublicJwk;
  sign(typ: string, claims: object): Promise<string>;
}

export async function createApprover(name = 'user:reviewer@test'): Promise<Approver> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '' } = await exportJWK(publicKey);
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  const kid = await calculateJwkThumbprint(jwk);
  return {
    name,
    kid,
    jwk,
    sign: (typ, claims) => signWith(privateKey, { alg: 'ES256', kid, typ }, claims),
  };
}

export function signWith(
  key: CryptoKey,
  header: { alg: string; kid?: string; typ: string },
  claims: object,
): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(key);
}

/** What an approver signs about a request, as the editor makes it from what it showed. */
export function approvalStatement(
  approver: Approver,
  detail: ApprovalDetail,
  answer: { verdict: 'approve' | 'deny'; reason: string },
): ApprovalStatement {
  return {
    jti: detail.nonce,
    approval_id: detail.id,
    verdict: answer.verdict,
    sub: approver.name,
    action_hash: detail.actionHash,
    payload_hash: detail.payloadHash,
    policy_hash: detail.policyHash,
    ...(detail.definitionHash && { definition_hash: detail.definitionHash }),
    reason: answer.reason,
    iat: Math.floor(Date.now() / 1000),
  };
}

export function signApproval(
  approver: Approver,
  detail: ApprovalDetail,
  answer: { verdict: 'approve' | 'deny'; reason: string },
): Promise<string> {
  return approver.sign(ARTIFACT_TYPES.approval, approvalStatement(approver, detail, answer));
}
