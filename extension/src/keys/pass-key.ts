import { RemoteCallError, type ControlProtocol, type Result } from '@axtary/protocol';

import type { SecretStore } from '../approver/key.js';
import type { ControlCaller } from '../host/control.js';
import { generatePrivateJwk, parsePrivateJwk, type PrivateJwk } from './private-jwk.js';

const SECRET = 'axtary.passKey';

type Caller = Pick<ControlCaller, 'call'>;

/**
 * Offers the enforcement host the key that this editor keeps for signing passes, or a new one where
 * it keeps none that can be used. A new key is stored once the enforcement host has taken it, so that
 * of several windows only one stores a key.
 *
 * @throws RemoteCallError as the enforcement host answered.
 */
export async function providePassKey(
  caller: Caller,
  secrets: SecretStore,
): Promise<Result<ControlProtocol, 'keys/provide'>> {
  const jwk = await storedKey(secrets);
  if (jwk === undefined) return offerNew(caller, secrets);
  try {
    return await caller.call('keys/provide', { jwk });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return offerNew(caller, secrets);
  }
}

/**
 * Has passes signed with a new key from now on. On return it is the stored one.
 *
 * @throws RemoteCallError as the enforcement host answered; then the key of before stays.
 */
export async function rotatePassKey(
  caller: Caller,
  secrets: SecretStore,
): Promise<Result<ControlProtocol, 'keys/rotate'>> {
  const jwk = await generatePrivateJwk();
  const rotated = await caller.call('keys/rotate', { jwk });
  await secrets.store(SECRET, JSON.stringify(jwk));
  return rotated;
}

async function offerNew(
  caller: Caller,
  secrets: SecretStore,
): Promise<Result<ControlProtocol, 'keys/provide'>> {
  const jwk = await generatePrivateJwk();
  const provided = await caller.call('keys/provide', { jwk });
  if (provided.isTaken) await secrets.store(SECRET, JSON.stringify(jwk));
  return provided;
}

/** What cannot be read signs nothing, so a new key may take its place. */
async function storedKey(secrets: SecretStore): Promise<PrivateJwk | undefined> {
  const stored = await secrets.get(SECRET);
  if (stored === undefined) return undefined;
  try {
    return parsePrivateJwk(stored);
  } catch {
    return undefined;
  }
}

/** The key was retired or revoked. */
function isRefusal(error: unknown): boolean {
  return error instanceof RemoteCallError && error.remoteCode === 'PASS_KEY_REFUSED';
}
