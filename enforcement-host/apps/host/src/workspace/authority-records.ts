import type { RevocationRecord } from '@axtary/actionpass';
import type { LedgerEntry, LocalJsonlLedger } from '@axtary/ledger';

import type { Authority, Lifting } from '../authority/authority.js';
import type { PassSigner } from '../authority/pass-keys.js';
import { InTurn } from '../in-turn.js';

/** Writes keys and revocations into one workspace's ledger, each once, whenever they were made. */
export class AuthorityRecords {
  readonly #ledger: LocalJsonlLedger;
  readonly #authority: Authority;
  readonly #keys = new Set<string>();
  readonly #revocations = new Set<string>();
  readonly #liftings = new Set<string>();
  readonly #turns = new InTurn();

  constructor(ledger: LocalJsonlLedger, authority: Authority) {
    this.#ledger = ledger;
    this.#authority = authority;
  }

  /** Learns what is recorded already. */
  async load(): Promise<void> {
    for await (const record of this.#ledger.read({ types: ['key', 'revocation'] })) {
      if (record.type === 'key') this.#keys.add(record.body.kid);
      if (record.type !== 'revocation') continue;
      if ('lifted' in record.body) this.#liftings.add(record.body.lifted);
      else this.#revocations.add(record.body.id);
    }
  }

  /** The signer of new passes; its key is in the ledger before anything is signed for it. */
  async signer(): Promise<PassSigner> {
    const signer = await this.#authority.passSigner();
    if (!this.#keys.has(signer.kid)) await this.#turns.run(() => this.#recordKey(signer));
    return signer;
  }

  /** @throws LedgerError when it is not durable; what was revoked is revoked all the same. */
  recordRevocations(): Promise<void> {
    return this.#turns.run(async () => {
      const made = this.#authority.revocations();
      const revoked = made.filter(({ id }) => !this.#revocations.has(id));
      const lifted = made.flatMap(({ id }) => {
        const lifting = this.#authority.lifted(id);
        return lifting && !this.#liftings.has(id) ? [lifting] : [];
      });
      if (revoked.length + lifted.length === 0) return;
      await this.#ledger.append([...revoked.map(revocationEntry), ...lifted.map(liftingEntry)]);
      for (const { id } of revoked) this.#revocations.add(id);
      for (const { revocation } of lifted) this.#liftings.add(revocation);
    });
  }

  async #recordKey({ kid, publicJwk }: PassSigner): Promise<void> {
    if (this.#keys.has(kid)) return;
    const name = 'enforcement host';
    const jwk = { ...publicJwk };
    const body = { purpose: 'pass', kid, jwk, name, enrolledBy: 'host' } as const;
    await this.#ledger.append([{ type: 'key', body }]);
    this.#keys.add(kid);
  }
}

function revocationEntry({ id, kind, value, by, reason, at }: RevocationRecord): LedgerEntry {
  return { type: 'revocation', body: { id, kind, value, by, reason, at } };
}

function liftingEntry({ revocation, by, reason, at }: Lifting): LedgerEntry {
  return { type: 'revocation', body: { lifted: revocation, by, reason, at } };
}
