import { LEDGER_PAGE, type LedgerRow } from '@axtary/protocol';

const MAX_PAGES = 60;

/** Rows of one run of a query, as far as they have come. Of many pages, the longest unused go. */
export class LedgerPages {
  readonly #pages = new Map<number, readonly LedgerRow[]>();
  readonly #before: ((index: number) => LedgerRow | undefined) | undefined;

  /** `before`: rows of the run before, shown until those of this one are there. */
  private constructor(before?: (index: number) => LedgerRow | undefined) {
    this.#before = before;
  }

  static empty(): LedgerPages {
    return new LedgerPages();
  }

  /** Pages of the next run of the same query, in front of whose records `added` new ones stand. */
  next(added: number): LedgerPages {
    const known = this.#pages;
    return new LedgerPages((index) => rowIn(known, index - added));
  }

  at(index: number): LedgerRow | undefined {
    return rowIn(this.#pages, index) ?? this.#before?.(index);
  }

  put(offset: number, rows: readonly LedgerRow[]): void {
    const page = pageOf(offset);
    this.#pages.delete(page);
    this.#pages.set(page, rows);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
  }

  /** Offsets of the pages that rows from `first`, before `end`, are on and that have not come. */
  missing(first: number, end: number): number[] {
    const offsets: number[] = [];
    for (let page = pageOf(first); page * LEDGER_PAGE < end; page += 1) {
      const rows = this.#pages.get(page);
      if (rows === undefined) {
        offsets.push(page * LEDGER_PAGE);
        continue;
      }
      this.#pages.delete(page);
      this.#pages.set(page, rows);
    }
    return offsets;
  }
}

function rowIn(
  pages: ReadonlyMap<number, readonly LedgerRow[]>,
  index: number,
): LedgerRow | undefined {
  if (index < 0) return undefined;
  const page = pageOf(index);
  return pages.get(page)?.[index - page * LEDGER_PAGE];
}

function pageOf(index: number): number {
  return Math.floor(index / LEDGER_PAGE);
}
