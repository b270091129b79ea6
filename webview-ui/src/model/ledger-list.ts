import type { LedgerChoice, LedgerFound } from '@axtary/protocol';

export type LedgerGroupCount = LedgerFound['groups'][number];

/** What stands at a place of the list: a group's head, or a record by its place among those shown. */
export type ListItem =
  | { readonly kind: 'group'; readonly group: LedgerGroupCount; readonly isOpen: boolean }
  | { readonly kind: 'record'; readonly index: number };

/** The list: records, or the heads of groups with the records of the one that is opened. */
export class LedgerList {
  readonly length: number;
  readonly #groups: readonly LedgerGroupCount[] | undefined;
  readonly #shown: number;
  /** Place of the opened group's head; -1 where none is. */
  readonly #opened: number;

  constructor(found: LedgerFound | undefined, { group, opened }: LedgerChoice) {
    this.#groups = group === undefined ? undefined : found?.groups;
    this.#opened =
      opened === undefined ? -1 : (this.#groups ?? []).findIndex(({ key }) => key === opened);
    const hasRecords = this.#groups === undefined || this.#opened >= 0;
    this.#shown = hasRecords ? (found?.shown ?? 0) : 0;
    this.length = (this.#groups?.length ?? 0) + this.#shown;
  }

  get isGrouped(): boolean {
    return this.#groups !== undefined;
  }

  at(place: number): ListItem | undefined {
    if (place < 0 || place >= this.length) return undefined;
    if (this.#groups === undefined) return { kind: 'record', index: place };
    const inOpened = place - this.#opened - 1;
    if (this.#opened >= 0 && inOpened >= 0 && inOpened < this.#shown) {
      return { kind: 'record', index: inOpened };
    }
    const isBehind = this.#opened >= 0 && inOpened >= this.#shown;
    const group = this.#groups[isBehind ? place - this.#shown : place];
    return group && { kind: 'group', group, isOpen: place === this.#opened };
  }

  /** Records among places from `first`, before `end`; their places among the records. */
  records(first: number, end: number): { readonly first: number; readonly end: number } {
    const begin = this.#groups === undefined ? 0 : this.#opened + 1;
    const clamp = (place: number): number => Math.min(Math.max(0, place - begin), this.#shown);
    return { first: clamp(first), end: clamp(end) };
  }
}
