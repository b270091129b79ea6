import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { systemClock, type Clock } from '@axtary/core';

/** Tells whether a nonce is one of this server's, and still good. */
export interface DpopNonceChecker {
  isCurrent(nonce: string): boolean;
}

export interface DpopNoncesOptions {
  /** At least 32 random bytes, shared by the processes of one server. Default: of this instance. */
  readonly secret?: Uint8Array;
  /** How long a nonce is good. Default: 300. */
  readonly lifetimeSeconds?: number;
  readonly clock?: Clock;
}

const TIME_BYTES = 6;
const NONCE = /^[A-Za-z0-9_-]{51}$/;

/**
 * Server nonces (RFC 9449 section 8) without state: base64url of the second of issue (6 bytes, big
 * endian) and its HMAC-SHA-256. Anyone can read the time; only the secret makes a nonce. One nonce
 * may serve any number of proofs of its lifetime: that each proof is used once is for its `jti`.
 */
export class DpopNonces implements DpopNonceChecker {
  readonly #secret: Uint8Array;
  readonly #lifetimeSeconds: number;
  readonly #clock: Clock;

  /** @throws TypeError for a short secret or a lifetime that is not a positive number of seconds. */
  constructor({ secret, lifetimeSeconds = 300, clock = systemClock }: DpopNoncesOptions = {}) {
    if (secret && secret.length < 32) throw new TypeError('expected a secret of 32 bytes or more');
    if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds <= 0) {
      throw new TypeError('expected a positive whole number of seconds');
    }
    this.#secret = secret ? Uint8Array.from(secret) : randomBytes(32);
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#clock = clock;
  }

  /** A nonce for the `DPoP-Nonce` header, good from now on. */
  issue(): string {
    return this.#nonceOf(this.#seconds());
  }

  /** A nonce from the future is refused as well: the client then gets one of this clock. */
  isCurrent(nonce: string): boolean {
    if (!NONCE.test(nonce)) return false;
    const issuedAt = Buffer.from(nonce, 'base64url').readUIntBE(0, TIME_BYTES);
    const age = this.#seconds() - issuedAt;
    const isInTime = age >= 0 && age < this.#lifetimeSeconds;
    return isInTime && timingSafeEqual(Buffer.from(nonce), Buffer.from(this.#nonceOf(issuedAt)));
  }

  #nonceOf(issuedAt: number): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(issuedAt, 0, TIME_BYTES);
    const mac = createHmac('sha256', this.#secret).update('axtary/dpop-nonce\n').update(time);
    return Buffer.concat([time, mac.digest()]).toString('base64url');
  }

  #seconds(): number {
    return Math.floor(this.#clock.now().getTime() / 1000);
  }
}
