import type { IntentBody, LedgerRecord } from '../record/records.js';

/** Intents that still wait for their outcome. */
export class OpenIntents {
  readonly #bodies = new Map<string, IntentBody>();

  constructor(known: readonly IntentBody[] = []) {
    for (const body of known) this.#bodies.set(body.intentId, body);
  }

  note(record: LedgerRecord): void {
    if (record.type === 'intent') this.#bodies.set(record.body.intentId, { ...record.body });
    if (record.type === 'outcome') this.#bodies.delete(record.body.intentId);
  }

  list(): readonly IntentBody[] {
    return [...this.#bodies.values()];
  }
}
