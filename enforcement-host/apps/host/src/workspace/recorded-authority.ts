import type { JsonValue } from '@axtary/core';
import type { LedgerRecord, Projection } from '@axtary/ledger';
import { z } from 'zod';

const ids = z.array(z.string());
const savedSchema = z.strictObject({ keys: ids, revocations: ids, liftings: ids });

/** Which keys, revocations and liftings one ledger holds. */
export class RecordedAuthority implements Projection {
  readonly name = 'authority/1';
  #keys = new Set<string>();
  #revocations = new Set<string>();
  #liftings = new Set<string>();

  hasKey(kid: string): boolean {
    return this.#keys.has(kid);
  }

  hasRevocation(id: string): boolean {
    return this.#revocations.has(id);
  }

  /** @param revocation that was lifted. */
  hasLifting(revocation: string): boolean {
    return this.#liftings.has(revocation);
  }

  note({ type, body }: LedgerRecord): void {
    if (type === 'key') this.#keys.add(body.kid);
    if (type !== 'revocation') return;
    if ('lifted' in body) this.#liftings.add(body.lifted);
    else this.#revocations.add(body.id);
  }

  save(): JsonValue {
    return {
      keys: [...this.#keys],
      revocations: [...this.#revocations],
      liftings: [...this.#liftings],
    };
  }

  restore(saved: JsonValue | undefined): void {
    const { keys, revocations, liftings } =
      saved === undefined ? { keys: [], revocations: [], liftings: [] } : savedSchema.parse(saved);
    this.#keys = new Set(keys);
    this.#revocations = new Set(revocations);
    this.#liftings = new Set(liftings);
  }
}
