import { ledgerAnchorSchema, type LedgerAnchor } from '@axtary/protocol';

import type { SecretStore } from '../approver/key.js';

const PREFIX = 'axtary.anchor.';
const EXPORTS_PREFIX = 'axtary.exportAnchors.';
const EXPORTS_KEPT = 50;
const WRITE_MS = 2000;

/**
 * The last head of each ledger that this editor saw, kept outside the ledger's own folder: it is
 * what shows that a ledger was cut short or rewritten by whoever holds the disk.
 */
export class LedgerAnchors {
  readonly #secrets: SecretStore;
  readonly #latest = new Map<string, LedgerAnchor>();
  readonly #unwritten = new Set<string>();
  readonly #replaced = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(secrets: SecretStore) {
    this.#secrets = secrets;
  }

  /** The last head seen, also by an earlier session. */
  async get(log: string): Promise<LedgerAnchor | undefined> {
    const known = this.#latest.get(log);
    if (known !== undefined) return known;
    const stored = await this.#secrets.get(PREFIX + log);
    const anchor = stored === undefined ? undefined : parse(ledgerAnchorSchema, stored);
    if (anchor !== undefined && !this.#latest.has(log)) this.#latest.set(log, anchor);
    return this.#latest.get(log);
  }

  /**
   * Notes a head. Returns the one seen before where the ledger has become shorter or its head is
   * another at the same size; that one is then kept.
   */
  async note(anchor: LedgerAnchor): Promise<LedgerAnchor | undefined> {
    const isReplaced = this.#replaced.delete(anchor.log);
    const before = isReplaced ? undefined : await this.get(anchor.log);
    if (before !== undefined && contradicts(before, anchor)) return before;
    this.#latest.set(anchor.log, anchor);
    this.#unwritten.add(anchor.log);
    this.#timer ??= setTimeout(() => {
      void this.flush();
    }, WRITE_MS);
    return undefined;
  }

  /** A person has accepted that a ledger is not the one that was seen: its next head is taken as it is. */
  replace(log: string): void {
    this.#replaced.add(log);
  }

  /** Notes the head of an export, so that it can be told from a ledger that was cut short later. */
  async noteExport(anchor: LedgerAnchor): Promise<void> {
    const kept = [anchor, ...(await this.#exports(anchor.log))].slice(0, EXPORTS_KEPT);
    await this.#secrets.store(EXPORTS_PREFIX + anchor.log, JSON.stringify(kept));
  }

  /** What a file of `size` records of a ledger is to be compared with. */
  async forVerification(log: string, size: number): Promise<LedgerAnchor | undefined> {
    const exported = (await this.#exports(log)).find((anchor) => anchor.size === size);
    return exported ?? (await this.get(log));
  }

  async #exports(log: string): Promise<readonly LedgerAnchor[]> {
    const stored = await this.#secrets.get(EXPORTS_PREFIX + log);
    return stored === undefined ? [] : (parse(ledgerAnchorSchema.array(), stored) ?? []);
  }

  /** Writes what is not yet written. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const logs = [...this.#unwritten];
    this.#unwritten.clear();
    for (const log of logs) {
      const anchor = this.#latest.get(log);
      if (anchor !== undefined) await this.#secrets.store(PREFIX + log, JSON.stringify(anchor));
    }
  }
}

function contradicts(before: LedgerAnchor, now: LedgerAnchor): boolean {
  return now.size < before.size || (now.size === before.size && now.head !== before.head);
}

interface Schema<T> {
  safeParse(value: unknown): { readonly data?: T | undefined };
}

function parse<T>(schema: Schema<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
