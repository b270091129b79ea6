import {
  savedLedgerFilterSchema,
  type LedgerChoice,
  type SavedLedgerFilter,
} from '@axtary/protocol';

/** What `vscode.Memento` has, as far as it is needed here. */
export interface FilterMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const KEY = 'axtary.ledgerFilters';
const MAX_SAVED = 50;

const PRESETS: readonly SavedLedgerFilter[] = [
  { name: 'Denied', filter: { verdicts: ['deny'] }, isPreset: true },
  { name: 'Unknown outcome', filter: { statuses: ['unknown'] }, isPreset: true },
];

/** Filters under names, kept for the workspace. */
export class SavedFilters {
  readonly #memory: FilterMemory;

  constructor(memory: FilterMemory) {
    this.#memory = memory;
  }

  get all(): readonly SavedLedgerFilter[] {
    return [...PRESETS, ...this.#own()];
  }

  /** Whether a name can be given: why not, or `undefined`. */
  problem(name: string): string | undefined {
    const given = name.trim();
    if (given === '') return 'A name is needed.';
    if (given.length > 100) return 'At most 100 characters.';
    if (PRESETS.some((preset) => preset.name === given)) return 'Axtary has a filter of this name.';
    return undefined;
  }

  /** Keeps a filter. One of the same name is replaced. A time range is not kept: it would soon be empty. */
  async save(name: string, { filter, group }: LedgerChoice): Promise<void> {
    const lasting = { ...filter };
    delete lasting.since;
    delete lasting.until;
    const saved: SavedLedgerFilter = {
      name: name.trim(),
      filter: lasting,
      ...(group === undefined ? {} : { group }),
      isPreset: false,
    };
    const others = this.#own().filter((one) => one.name !== saved.name);
    await this.#memory.update(KEY, [...others, saved].slice(-MAX_SAVED));
  }

  async delete(name: string): Promise<void> {
    await this.#memory.update(
      KEY,
      this.#own().filter((one) => one.name !== name),
    );
  }

  /** What is kept may be of an earlier version. */
  #own(): readonly SavedLedgerFilter[] {
    const kept = this.#memory.get(KEY);
    if (!Array.isArray(kept)) return [];
    return kept.flatMap((one: unknown) => savedLedgerFilterSchema.safeParse(one).data ?? []);
  }
}
