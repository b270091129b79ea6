import type { PublicJwk, Signer } from '../keys.js';
import { KeyError } from './errors.js';

/** A signer whose public key is known, so that what it signs can be verified by `kid`. */
export interface CustodySigner extends Signer {
  readonly kid: string;
  readonly publicJwk: PublicJwk;
}

/**
 * Keeps a signing key and lets it be used, without handing it out.
 *
 * An implementation must bound the time and the size of every answer it waits for, verify each
 * signature with the public key before it returns it, and fail with a `KeyError` alone.
 */
export interface KeyCustodian {
  /** Proves that the key is there and returns what signs with it, for as long as it is there. */
  signer(): Promise<CustodySigner>;
}

/** Bounds of one request to a custodian. */
export interface CustodyLimits {
  /** Default: 5000. */
  readonly timeoutMs?: number;
  /** Ends every request that is under way, and all further ones. */
  readonly signal?: AbortSignal;
}

export const DEFAULT_TIMEOUT_MS = 5_000;

/** A secret that is asked for when it is needed, and not kept. */
export type Ask<Secret> = () => Secret | Promise<Secret>;

/** @throws KeyError `KEY_UNAVAILABLE`, without the cause: who asks for secrets may quote them. */
export async function obtain<Secret>(what: string, ask: Ask<Secret>): Promise<Secret> {
  try {
    return await ask();
  } catch {
    throw new KeyError('KEY_UNAVAILABLE', `the ${what} cannot be had`);
  }
}
