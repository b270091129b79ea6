import {
  VerificationError,
  dpopHeader,
  verifyDpopProof,
  type SingleUseStore,
} from '@axtary/actionpass';
import type { Clock } from '@axtary/core';

import type { Bearers, Grant } from './bearers.js';

/** Who is calling: a window's clients, and the key that they proved, if they did. */
export interface Caller {
  readonly id: string;
  readonly jkt?: string;
}

/** Why a request is not taken, and how it could be (RFC 9110 section 11.6.1). */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 421;
  readonly message: string;
  readonly challenge?: string;
}

export interface LoopbackRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  /** Every `DPoP` header. */
  readonly proofs: readonly string[];
}

export interface AdmissionOptions {
  /** Where the endpoint listens, such as `127.0.0.1:4711`. */
  readonly host: string;
  readonly bearers: Bearers;
  /** Proofs that were seen: durable, so that none is taken again after a restart. */
  readonly replay: SingleUseStore;
  readonly clock: Clock;
}

const CREDENTIAL = /^(Bearer|DPoP) ([A-Za-z0-9_-]{43})$/;

/**
 * Admits a request over loopback TCP to one workspace: exact Host, no Origin, and a bearer, or, for
 * a client that has a key, a token that is bound to it with a fresh proof (RFC 9449 section 7.1). A
 * bound token is worth nothing as a bearer.
 *
 * @throws SingleUseError where it cannot be known that the proof is fresh.
 */
export async function admitLoopback(
  request: LoopbackRequest,
  workspaceKey: string,
  options: AdmissionOptions,
): Promise<Caller | Refusal> {
  // DNS rebinding: a page of another site reaches us under its own name, or names its origin.
  if (request.host !== options.host) return { status: 421, message: 'unknown Host' };
  if (request.origin !== undefined) return { status: 403, message: 'no Origin is allowed' };
  const [, scheme, token] = CREDENTIAL.exec(request.authorization ?? '') ?? [];
  const grant = token === undefined ? undefined : options.bearers.grantOf(token, workspaceKey);
  if (token === undefined || grant === undefined) return missing();
  const isBound = grant.jkt !== undefined;
  if (isBound !== (scheme === 'DPoP')) return unbound(isBound);
  return isBound ? admitProof(request, { token, grant }, options) : { id: grant.owner };
}

async function admitProof(
  { method, path, proofs }: LoopbackRequest,
  { token, grant }: { readonly token: string; readonly grant: Grant },
  { host, replay, clock }: AdmissionOptions,
): Promise<Caller | Refusal> {
  try {
    const { jkt } = await verifyDpopProof({
      proof: dpopHeader(proofs),
      method,
      uri: `http://${host}${path}`,
      accessToken: token,
      ...(grant.jkt !== undefined && { expectedJkt: grant.jkt }),
      replay,
      clock,
    });
    return { id: grant.owner, jkt };
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return {
      status: 401,
      message: `${error.code}: ${error.message}`,
      challenge: 'DPoP error="invalid_dpop_proof", algs="ES256"',
    };
  }
}

function missing(): Refusal {
  return {
    status: 401,
    message: 'a bearer of this workspace is needed; reload the MCP server in the editor',
    challenge: 'Bearer',
  };
}

function unbound(isBound: boolean): Refusal {
  return {
    status: 401,
    message: isBound
      ? 'this token is bound to a key: send it as DPoP, with a proof'
      : 'this token is bound to no key: send it as Bearer',
    challenge: isBound
      ? 'DPoP error="invalid_token", algs="ES256"'
      : 'Bearer error="invalid_token"',
  };
}
