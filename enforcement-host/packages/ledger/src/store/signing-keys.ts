import type { Clock } from '@axtary/core';

import { LedgerError } from '../errors.js';
import type { EpochKeys } from '../keys/epoch-keys.js';
import type { CheckpointKey } from '../record/bodies.js';
import type { ChainState, SigningEpoch } from '../record/chain.js';
import { CheckpointVerifier, parseCheckpointKey, type LedgerSigner } from '../record/checkpoint.js';
import { Signing } from './signing.js';

interface SigningOptions {
  readonly signer: LedgerSigner | undefined;
  readonly epochs: EpochKeys | undefined;
  readonly clock: Clock;
}

interface FirstSigning {
  readonly genesisKey: CheckpointKey | undefined;
  readonly signing: Signing | undefined;
}

/**
 * Who signs a ledger from here on, and for a new one the key that its genesis names.
 *
 * @throws LedgerError `LEDGER_CHECKPOINT_FAILED` if that is not the key that the ledger names last.
 */
export async function firstSigning(
  { size, signing }: ChainState,
  { signer, epochs, clock }: SigningOptions,
): Promise<FirstSigning> {
  if (size === 0) return beginSigning({ signer, epochs, clock });
  if (!(signer ?? epochs)) return { genesisKey: undefined, signing: undefined };
  const kid = signing && new CheckpointVerifier(signing.key).kid;
  const found = signer ?? (await epochs?.find(kid ?? ''));
  if (!signing || found?.kid !== kid) throw otherKey(kid, found?.kid);
  return { genesisKey: undefined, signing: await goOn(found, signing, { keys: epochs, clock }) };
}

async function goOn(
  signer: LedgerSigner | undefined,
  signing: SigningEpoch,
  options: { readonly keys: EpochKeys | undefined; readonly clock: Clock },
): Promise<Signing | undefined> {
  if (!signer) return undefined;
  // What is left of a change of keys that a crash ended.
  await options.keys?.keepOnly(signer.kid);
  return new Signing(signer, signing, options);
}

async function beginSigning({ signer, epochs, clock }: SigningOptions): Promise<FirstSigning> {
  const first = signer ?? (await epochs?.make());
  if (!first) return { genesisKey: undefined, signing: undefined };
  await epochs?.keepOnly(first.kid);
  const key = parseCheckpointKey(first);
  const epoch = { epoch: 0, key, since: clock.now().toISOString() };
  return { genesisKey: key, signing: new Signing(first, epoch, { keys: epochs, clock }) };
}

function otherKey(named: string | undefined, found: string | undefined): LedgerError {
  const here = found === undefined ? 'which is not here' : `the signer is ${found}`;
  const message = `this ledger names ${named ?? 'no key'} for its checkpoints, ${here}`;
  return new LedgerError('LEDGER_CHECKPOINT_FAILED', message);
}
