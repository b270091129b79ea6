import type { RevocationRecord } from '@axtary/actionpass';
import type { LedgerEntry, LocalJsonlLedger } from '@axtary/ledger';

import type { Authority, Lifting } from '../authority/authority.js';
import type { PassSigner } from '../authority/pass-keys.js';
import { InTurn } from '../in-turn.js';
import type { Evidence } from './evidence.js';
import type { RecordedAuthority } from './recorded-authority.js';

/** Writes keys and revocations into one workspace's ledger, each once, whenever they were made. */
export class AuthorityRecords {
  readonly #ledger: LocalJsonlLedger;
  readonly #recorded: RecordedAuthority;
  readonly #authority: Authority;
  readonly #turns = new InTurn();

  constructor({ ledger, recorded }: Pick<Evidence, 'ledger' | 'recorded'>, authority: Authority) {
    this.#ledger = ledger;
    this.#recorded = recorded;
    this.#authority = authority;
  }

  /** The signer of new passes; its key is in the ledger before anything is signed for it. */
  async signer(): Promise<PassSigner> {
    const signer = await this.#authority.passSigner();
    if (!this.#recorded.hasKey(signer.kid)) await this.#turns.run(() => this.#recordKey(signer));
    return signer;
  }

  /** @throws LedgerError when it is not durable; what was revoked is revoked all the same. */
  recordRevocations(): Promise<void> {
    return this.#turns.run(async () => {
      const made = this.#authority.revocations();
      const revoked = made.filter(({ id }) => !this.#recorded.hasRevocation(id));
      const lifted = made.flatMap(({ id }) => {
        const lifting = this.#authority.lifted(id);
        return lifting && !this.#recorded.hasLifting(id) ? [lifting] : [];
      });
      if (revoked.length + lifted.length === 0) return;
      await this.#ledger.append([...revoked.map(revocationEntry), ...lifted.map(liftingEntry)]);
    });
  }

  async #recordKey({ kid, publicJwk }: PassSigner): Promise<void> {
    if (this.#recorded.hasKey(kid)) return;
    const name = 'enforcement host';
    const jwk = { ...publicJwk };
    const body = { purpose: 'pass', kid, jwk, name, enrolledBy: 'host' } as const;
    await this.#ledger.append([{ type: 'key', body }]);
  }
}

function revocationEntry({ id, kind, value, by, reason, at }: RevocationRecord): LedgerEntry {
  return { type: 'revocation', body: { id, kind, value, by, reason, at } };
}

function liftingEntry({ revocation, by, reason, at }: Lifting): LedgerEntry {
  return { type: 'revocation', body: { lifted: revocation, by, reason, at } };
}
