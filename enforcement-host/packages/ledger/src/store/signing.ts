import type { Clock } from '@axtary/core';
import { messageOf } from '@axtary/core';

import { LedgerError } from '../errors.js';
import type { EpochKeys } from '../keys/epoch-keys.js';
import type { CheckpointKey } from '../record/bodies.js';
import type { SigningEpoch } from '../record/chain.js';
import {
  checkpointPayload,
  CheckpointVerifier,
  keyEpochPayload,
  parseCheckpointKey,
  type LedgerArtifact,
  type LedgerSigner,
} from '../record/checkpoint.js';
import type { RecordContent, RecordPlace } from '../record/records.js';
import type { Sha256 } from '@axtary/core/digest';

/** A key is followed by the next after so long, and whenever a segment is sealed. */
const EPOCH_MS = 24 * 60 * 60 * 1000;

/** The keys that sign one ledger, and which of them does now. */
export class Signing {
  readonly #keys: EpochKeys | undefined;
  readonly #clock: Clock;
  #current: CheckedSigner;
  #epoch: SigningEpoch;

  /** @param keys absent where one key signs for ever. */
  constructor(
    signer: LedgerSigner,
    epoch: SigningEpoch,
    { keys, clock }: { readonly keys: EpochKeys | undefined; readonly clock: Clock },
  ) {
    this.#keys = keys;
    this.#clock = clock;
    this.#current = new CheckedSigner(signer);
    this.#epoch = epoch;
  }

  get epoch(): SigningEpoch {
    return this.#epoch;
  }

  get signer(): LedgerSigner {
    return this.#current.signer;
  }

  /** Whether the next key is due by time. */
  get isOver(): boolean {
    if (!this.#keys) return false;
    return this.#clock.now().getTime() - Date.parse(this.#epoch.since) >= EPOCH_MS;
  }

  /** @throws LedgerError `LEDGER_CHECKPOINT_FAILED`. */
  async checkpoint(place: RecordPlace, root: Sha256): Promise<RecordContent> {
    const jws = await this.#current.sign('checkpoint', checkpointPayload(place, root));
    return { type: 'checkpoint', body: { jws } };
  }

  /**
   * Makes the next key and what records it. `begin` is to be called once that is durable.
   * `undefined` where one key signs for ever.
   *
   * @throws LedgerError `LEDGER_CHECKPOINT_FAILED`.
   */
  async next(place: RecordPlace): Promise<NextEpoch | undefined> {
    if (!this.#keys) return undefined;
    const keys = this.#keys;
    const following = new CheckedSigner(await keys.make());
    const epoch = this.#epoch.epoch + 1;
    const { key } = following;
    const payload = keyEpochPayload(place, { epoch, key });
    const signatures = {
      old: await this.#current.sign('keyEpoch', payload),
      new: await following.sign('keyEpoch', payload),
    };
    return {
      content: { type: 'key_epoch', body: { epoch, key, signatures } },
      begin: async () => {
        this.#current = following;
        this.#epoch = { epoch, key, since: place.ts };
        await keys.keepOnly(following.signer.kid);
      },
    };
  }
}

export interface NextEpoch {
  readonly content: RecordContent;
  /** The key signs from now on, and the one before it is destroyed. */
  readonly begin: () => Promise<void>;
}

/** A signer whose every signature is verified before it goes into the chain for good. */
class CheckedSigner {
  readonly signer: LedgerSigner;
  readonly key: CheckpointKey;
  readonly #verifier: CheckpointVerifier;

  /** @throws TypeError if the signer's key is not P-256, or its `kid` not the thumbprint. */
  constructor(signer: LedgerSigner) {
    this.signer = signer;
    this.key = parseCheckpointKey(signer);
    this.#verifier = new CheckpointVerifier(this.key);
  }

  /** @throws LedgerError `LEDGER_CHECKPOINT_FAILED`. */
  async sign(artifact: LedgerArtifact, payloadText: string): Promise<string> {
    let jws;
    try {
      jws = await this.signer.sign(artifact, payloadText);
    } catch (cause) {
      const message = `a checkpoint is due and could not be signed: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_CHECKPOINT_FAILED', message, { cause });
    }
    const problem = this.#verifier.problemOf(artifact, jws, payloadText);
    if (problem === undefined) return jws;
    throw new LedgerError('LEDGER_CHECKPOINT_FAILED', `what was signed is not valid: ${problem}`);
  }
}
