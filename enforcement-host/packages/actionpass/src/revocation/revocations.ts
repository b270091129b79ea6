import type { RevocationKind, RevocationRecord } from './record.js';

/** What of a pass, or of a delegation, revocation goes by. */
export interface Revocable {
  readonly jti: string;
  readonly sub: string;
  readonly task: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly delegation?: { readonly root: string; readonly parent?: string } | undefined;
}

/** What a verifier asks about a pass whose signature holds. */
export interface RevocationCheck {
  /**
   * Why the pass is revoked, for people, or undefined if it is not.
   *
   * @param kid thumbprint of the key that verified it.
   * @throws where it cannot be known: then the pass is not to be used.
   */
  problem(claims: Revocable, kid: string): string | undefined | Promise<string | undefined>;
}

type Value = Exclude<RevocationKind, 'all'>;

/**
 * Revocations in memory, looked up in constant time however many there are. There is no way back:
 * what is revoked is issued anew.
 *
 * A pass names the first and the last delegation it was issued under. Those between are found when
 * its chain is verified: ask for every link.
 */
export class Revocations implements RevocationCheck {
  readonly #byKind: Readonly<Record<Value, Map<string, RevocationRecord>>> = {
    pass: new Map(),
    agent: new Map(),
    task: new Map(),
    key: new Map(),
    delegation: new Map(),
  };
  #until: { readonly time: number; readonly record: RevocationRecord } | undefined;

  constructor(records: Iterable<RevocationRecord> = []) {
    for (const record of records) this.add(record);
  }

  add(record: RevocationRecord): void {
    if (record.kind !== 'all') {
      this.#byKind[record.kind].set(record.value, record);
      return;
    }
    const time = Date.parse(record.value);
    if (time > (this.#until?.time ?? Number.NEGATIVE_INFINITY)) this.#until = { time, record };
  }

  /** Whether a key was revoked by its thumbprint. */
  isKeyRevoked(kid: string): boolean {
    return this.#byKind.key.has(kid);
  }

  isRevoked(claims: Revocable, kid: string): boolean {
    return this.#find(claims, kid) !== undefined;
  }

  problem(claims: Revocable, kid: string): string | undefined {
    const record = this.#find(claims, kid);
    return record && `${subjectOf(record)} was revoked by ${record.by}: ${record.reason}`;
  }

  #find(claims: Revocable, kid: string): RevocationRecord | undefined {
    const { pass, agent, task, key, delegation } = this.#byKind;
    const { root, parent } = claims.delegation ?? {};
    return (
      pass.get(claims.jti) ??
      agent.get(claims.sub) ??
      task.get(claims.task) ??
      key.get(kid) ??
      delegation.get(claims.jti) ??
      (root === undefined ? undefined : delegation.get(root)) ??
      (parent === undefined ? undefined : delegation.get(parent)) ??
      this.#issuedInTime(claims.iat)
    );
  }

  /** `iat` is cut to whole seconds, so a pass of the same second counts as issued before. */
  #issuedInTime(iat: number): RevocationRecord | undefined {
    return this.#until && iat * 1000 <= this.#until.time ? this.#until.record : undefined;
  }
}

function subjectOf({ kind, value }: RevocationRecord): string {
  return kind === 'all' ? `every pass issued until ${value}` : `${kind} ${value}`;
}
