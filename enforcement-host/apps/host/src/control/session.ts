import { randomBytes } from 'node:crypto';

import { ARTIFACT_TYPES } from '@axtary/core';
import { namedKey, verifyCompact, type PublicJwk } from '@axtary/actionpass';
import type { Approver } from '@axtary/protocol';

import { HostError } from '../errors.js';
import type { Approvers, Enrolled } from '../state/approvers.js';

/**
 * Who is at the other end of one control connection. Until a key has signed this connection's
 * challenge, it is nobody and may do nothing.
 */
export class ControlSession {
  readonly challenge = randomBytes(32).toString('base64url');
  readonly #approvers: Approvers;
  #approver: Approver | undefined;

  constructor(approvers: Approvers) {
    this.#approvers = approvers;
  }

  /** @throws HostError `UNAUTHORISED`. */
  assertProven(): Approver {
    if (this.#approver) return this.#approver;
    throw new HostError('UNAUTHORISED', 'prove an approver key first');
  }

  get isProven(): boolean {
    return this.#approver !== undefined;
  }

  /** @throws HostError `UNAUTHORISED` unless an enrolled key signed the challenge. */
  async prove(proof: string): Promise<Approver> {
    const known = this.#approvers.list().find(({ kid }) => kid === keyNamed(proof));
    if (!known) throw new HostError('UNAUTHORISED', 'this key is not enrolled');
    await this.#assertSigned(proof, known.jwk);
    this.#approver = summary(known);
    return this.#approver;
  }

  /** @throws HostError `UNAUTHORISED` or `ENROLMENT_REFUSED`. */
  async enrol(request: {
    readonly jwk: PublicJwk;
    readonly name: string;
    readonly proof: string;
    readonly code: string;
  }): Promise<{ readonly approver: Approver; readonly recoveryCode: string }> {
    await this.#assertSigned(request.proof, request.jwk);
    const { enrolled, recoveryCode } = await this.#approvers.enrol(request);
    this.#approver = summary(enrolled);
    return { approver: this.#approver, recoveryCode };
  }

  async #assertSigned(proof: string, jwk: PublicJwk): Promise<void> {
    let challenge: unknown;
    try {
      ({ challenge } = await verifyCompact(proof, ARTIFACT_TYPES.control, { ...jwk }));
    } catch (cause) {
      throw new HostError('UNAUTHORISED', 'the proof does not verify', { cause });
    }
    if (challenge !== this.challenge) {
      throw new HostError('UNAUTHORISED', 'the proof is for another connection');
    }
  }
}

function keyNamed(proof: string): string | undefined {
  try {
    return namedKey(proof);
  } catch (cause) {
    throw new HostError('UNAUTHORISED', 'the proof is not a compact JWS', { cause });
  }
}

function summary({ kid, name, enrolledAt }: Enrolled): Approver {
  return { kid, name, enrolledAt };
}
