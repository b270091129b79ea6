import type { LedgerSigner } from '../record/checkpoint.js';

/**
 * Keys that sign one ledger, one after the other. The private key of an epoch that is over is
 * destroyed, so that whoever takes the machine cannot forge what was signed before.
 */
export interface EpochKeys {
  /** The signer with this thumbprint; `undefined` where its private key is not here. */
  find(kid: string): Promise<LedgerSigner | undefined>;
  /** Makes a key. It is durable on return, and those that are there stay. */
  make(): Promise<LedgerSigner>;
  /** Destroys every private key but this one. */
  keepOnly(kid: string): Promise<void>;
}
