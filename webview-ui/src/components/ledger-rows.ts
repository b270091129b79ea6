import type { LedgerGroup, LedgerRow } from '@axtary/protocol';

import type { LedgerGroupCount } from '../model/ledger-list.js';
import { canOpen, groupTitle, recordsText, rowTexts } from '../model/ledger-texts.js';

/** What a row shows. `pending`: its page has not come. */
export type RowContent =
  | { readonly kind: 'record'; readonly row: LedgerRow }
  | {
      readonly kind: 'group';
      readonly by: LedgerGroup;
      readonly group: LedgerGroupCount;
      readonly isOpen: boolean;
    }
  | { readonly kind: 'pending' };

const COLUMNS = ['time', 'title', 'agent', 'tool', 'task'] as const;
/** Rows beyond either end of what is in view. */
const SPARE = 6;
/** Rows are placed within this many pixels of a base: far from it, fractions would be lost. */
const REACH = 500_000;

const CHEVRON = { open: '\ueab4', closed: '\ueab6' } as const;

/** One element of the pool, and what it shows now. */
class RowElement {
  readonly element = document.createElement('div');
  readonly #cells = COLUMNS.map((name) => cell(name));
  readonly #icon = document.createElement('i');
  readonly #text = document.createElement('span');
  #place = -1;
  #base = Number.NaN;
  #shown: object | undefined;

  constructor() {
    const mark = cell('mark');
    this.#icon.ariaHidden = 'true';
    mark.append(this.#icon, this.#text);
    this.element.role = 'row';
    this.element.append(...this.#cells, mark);
  }

  /** Puts the row at its place; all lengths in pixels. */
  move(place: number, rowHeight: number, base: number): void {
    if (place === this.#place && base === this.#base) return;
    this.element.hidden = false;
    if (place !== this.#place) {
      this.#place = place;
      this.element.id = `row-${place}`;
      // The head is row 1.
      this.element.ariaRowIndex = String(place + 2);
      this.element.classList.toggle('odd', place % 2 === 1);
    }
    this.#base = base;
    this.element.style.transform = `translateY(${place * rowHeight - base}px)`;
  }

  /** Nothing stands here: what was shown is of no place any more. */
  hide(): void {
    this.#place = -1;
    this.element.hidden = true;
    this.element.removeAttribute('id');
  }

  show(content: RowContent, isCursor: boolean): void {
    this.element.ariaSelected = String(isCursor);
    const shown = content.kind === 'record' ? content.row : content;
    if (shown === this.#shown && content.kind !== 'pending') return;
    if (content.kind === 'pending' && this.element.className.includes('pending')) return;
    this.#shown = shown;
    this.element.classList.toggle('group', content.kind === 'group');
    this.element.classList.toggle('pending', content.kind === 'pending');
    if (content.kind === 'record') this.#showRecord(content.row);
    else if (content.kind === 'group') this.#showGroup(content);
    else this.#fill(['', '…', '', '', ''], '', '');
    this.element.ariaExpanded = content.kind === 'group' ? String(content.isOpen) : null;
  }

  #showRecord(row: LedgerRow): void {
    const { time, title, agent, tool, task, mark } = rowTexts(row);
    this.#fill([time, title, agent, tool, task], mark.icon, mark.text);
    this.#icon.className = mark.tone;
  }

  #showGroup({ by, group, isOpen }: Extract<RowContent, { kind: 'group' }>): void {
    const icon = canOpen(by, group.key) ? CHEVRON[isOpen ? 'open' : 'closed'] : '';
    this.#fill(['', groupTitle(by, group.key), '', '', ''], icon, recordsText(group.count));
    this.#icon.className = 'plain';
  }

  #fill(texts: readonly string[], icon: string, mark: string): void {
    for (const [index, text] of texts.entries()) {
      const target = this.#cells[index];
      if (target === undefined) continue;
      target.textContent = text;
      target.title = text;
    }
    this.#icon.textContent = icon;
    this.#text.textContent = mark;
  }
}

function cell(name: string): HTMLElement {
  const element = document.createElement('span');
  element.className = `cell ${name}`;
  element.role = 'gridcell';
  return element;
}

/** What is in view of a list. */
export interface RowsInView {
  /** Of the list's first visible pixel. */
  readonly top: number;
  readonly viewHeight: number;
  readonly first: number;
  readonly end: number;
  readonly length: number;
  readonly rowHeight: number;
  readonly cursor: number;
  readonly contentAt: (place: number) => RowContent;
}

/**
 * The rows that are in view, in elements that are used again and again: scrolling moves one layer,
 * and fills only rows that come into view. Everything is text; nothing is read as markup.
 */
export class RowPool {
  readonly #layer: HTMLElement;
  #rows: RowElement[] = [];
  #base = 0;

  constructor(layer: HTMLElement) {
    this.#layer = layer;
  }

  draw(view: RowsInView): void {
    const { top, viewHeight, rowHeight, length, cursor, contentAt } = view;
    const first = Math.max(0, view.first - SPARE);
    const end = Math.min(length, view.end + SPARE);
    const count = Math.ceil(viewHeight / rowHeight) + 1 + 2 * SPARE;
    if (Math.abs(top - this.#base) > REACH) this.#base = top;
    this.#layer.style.transform = `translateY(${this.#base - top}px)`;
    this.#resize(count);
    // A row keeps its element for as long as it is in view.
    for (let place = first; place < first + count; place += 1) {
      const row = this.#rows[place % count];
      if (row === undefined) continue;
      if (place >= end) {
        row.hide();
        continue;
      }
      row.move(place, rowHeight, this.#base);
      row.show(contentAt(place), place === cursor);
    }
  }

  /** The row whose element contains a node; -1 where none does. */
  static placeOf(node: EventTarget | null): number {
    const row = node instanceof Element ? node.closest('[id^="row-"]') : null;
    return row === null ? -1 : Number(row.id.slice('row-'.length));
  }

  #resize(count: number): void {
    while (this.#rows.length < count) {
      const row = new RowElement();
      this.#rows.push(row);
      this.#layer.append(row.element);
    }
    for (const row of this.#rows.splice(count)) row.element.remove();
  }
}
