/**
 * Remembers what may be used once: passes that were redeemed, DPoP proofs that were seen. Keys are
 * identifiers (`jti` with its issuer or key), never the text of a signed artifact: one ES256
 * artifact has many spellings.
 */
export interface SingleUseStore {
  /**
   * Marks a key as used, durably where the store is durable, before it resolves.
   *
   * @param expiresAt after it the key may be forgotten: what it belongs to has expired by then.
   * @returns false where the key was used before; of any number of callers exactly one gets true.
   * @throws when it cannot be known or made durable: then nothing may be executed.
   */
  use(key: string, expiresAt: Date): Promise<boolean>;
}

/**
 * Milliseconds since the epoch.
 *
 * @throws TypeError for an invalid date, which no comparison would ever refuse.
 */
export function instantOf(date: Date): number {
  const instant = date.getTime();
  if (Number.isNaN(instant)) throw new TypeError('expected a valid date');
  return instant;
}
