import type { FromLedgerPanel } from '@axtary/protocol';

/** What a part of the live ledger asks the extension for. */
export class LedgerEvent extends CustomEvent<FromLedgerPanel> {
  static readonly type = 'axtary-ledger-ask';

  constructor(message: FromLedgerPanel) {
    super(LedgerEvent.type, { detail: message, bubbles: true, composed: true });
  }
}

/** What the list of records tells of itself. */
export type ListNews =
  /** Pages are in view that have not come. */
  | { readonly kind: 'want'; readonly offsets: readonly number[] }
  /** The item at a place is chosen: by Enter or a click. */
  | { readonly kind: 'activate'; readonly place: number }
  /** Whether the newest record is in view. */
  | { readonly kind: 'top'; readonly isAtTop: boolean }
  | { readonly kind: 'escape' };

export class ListEvent extends CustomEvent<ListNews> {
  static readonly type = 'axtary-ledger-list';

  constructor(news: ListNews) {
    super(ListEvent.type, { detail: news });
  }
}
