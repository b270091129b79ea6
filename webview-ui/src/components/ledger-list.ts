import type { LedgerGroup } from '@axtary/protocol';
import { LitElement, html, type PropertyValues, type TemplateResult } from 'lit';

import type { LedgerList } from '../model/ledger-list.js';
import type { LedgerPages } from '../model/ledger-pages.js';
import { ScrollMap } from '../model/ledger-scroll.js';
import { ListEvent } from './ledger-event.js';
import { listStyles } from './ledger-list-styles.js';
import { RowPool, type RowContent } from './ledger-rows.js';
import { sharedStyles } from './styles.js';

const ROW_HEIGHT = 24;
const PADDING = 8;
/** A scroller that has not moved for so long is at rest. */
const REST_MS = 120;
const PENDING: RowContent = { kind: 'pending' };

/** A list of any length, of which only what is in view exists. One stop of the keyboard, as a grid. */
export class LedgerListView extends LitElement {
  static override readonly properties = {
    list: { attribute: false },
    pages: { attribute: false },
    group: { attribute: false },
  };
  static override readonly styles = [sharedStyles, listStyles];
  declare list: LedgerList;
  declare pages: LedgerPages;
  declare group: LedgerGroup | undefined;
  readonly #map = new ScrollMap(ROW_HEIGHT);
  #pool: RowPool | undefined;
  #cursor = -1;
  #resting: ReturnType<typeof setTimeout> | undefined;
  readonly #sizes = new ResizeObserver(() => {
    this.#resize();
  });

  get isAtTop(): boolean {
    return this.#map.top < ROW_HEIGHT;
  }

  /** Goes to the newest record. */
  goToTop(): void {
    this.#cursor = Math.min(this.#cursor, 0);
    this.#goTo(0);
  }

  /** Records came in front: what is in view stays where it is. */
  shift(added: number): void {
    if (this.#cursor >= 0) this.#cursor += added;
    this.#map.resize(this.list.length + added, this.#viewHeight);
    this.#goTo(this.#map.top + added * ROW_HEIGHT);
  }

  /** Draws what has come. */
  redraw(): void {
    this.#draw();
    this.#want();
  }

  override focus(): void {
    this.#grid?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    clearTimeout(this.#resting);
  }

  protected override render(): TemplateResult {
    return html`<div
      class="grid"
      role="grid"
      aria-label="Records, newest first"
      aria-rowcount=${this.list.length + 1}
      tabindex="0"
      @keydown=${this.#onKey}
      @focus=${this.#onFocus}
    >
      <div class="head" role="row" aria-rowindex="1">
        <span class="cell time" role="columnheader">Time</span
        ><span class="cell title" role="columnheader">What</span
        ><span class="cell agent" role="columnheader">Agent</span
        ><span class="cell tool" role="columnheader">Tool</span
        ><span class="cell task" role="columnheader">Task</span
        ><span class="cell mark" role="columnheader">Verdict</span>
      </div>
      <div class="scroller" role="presentation" @scroll=${this.#onScroll} @click=${this.#onClick}>
        <div class="clip" role="presentation"><div class="layer" role="rowgroup"></div></div>
        <div class="spacer" role="presentation"></div>
      </div>
    </div>`;
  }

  protected override firstUpdated(): void {
    const layer = this.renderRoot.querySelector<HTMLElement>('.layer');
    const { scroller } = this;
    if (layer === null || scroller === null) return;
    this.#pool = new RowPool(layer);
    this.#sizes.observe(scroller);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('list')) this.#cursor = Math.min(this.#cursor, this.list.length - 1);
    this.#resize();
  }

  get scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.scroller');
  }

  get #grid(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.grid');
  }

  get #viewHeight(): number {
    return this.scroller?.clientHeight ?? 0;
  }

  #resize(): void {
    const clip = this.renderRoot.querySelector<HTMLElement>('.clip');
    const spacer = this.renderRoot.querySelector<HTMLElement>('.spacer');
    const head = this.renderRoot.querySelector<HTMLElement>('.head');
    const { scroller } = this;
    if (clip === null || spacer === null || head === null || scroller === null) return;
    const view = this.#viewHeight;
    // Columns are below their names whether the scroll bar takes room or not.
    head.style.paddingRight = `${PADDING + scroller.offsetWidth - scroller.clientWidth}px`;
    this.#map.resize(this.list.length, view);
    clip.style.height = `${view}px`;
    spacer.style.height = `${this.#map.height}px`;
    this.#settle();
    this.redraw();
  }

  /** Puts the scroller where the map says. */
  #settle(): void {
    const { scroller } = this;
    if (scroller === null) return;
    if (Math.abs(scroller.scrollTop - this.#map.scrollTop) >= 1) {
      scroller.scrollTop = this.#map.scrollTop;
    }
    this.#map.settled(scroller.scrollTop);
  }

  #goTo(top: number): void {
    this.#map.goTo(top);
    this.#settle();
    this.redraw();
    this.#tellTop();
  }

  readonly #onScroll = (): void => {
    const { scroller } = this;
    if (scroller === null) return;
    const before = this.#map.top;
    this.#map.moved(scroller.scrollTop);
    if (this.#map.isAtEdge) this.#settle();
    this.#draw();
    // Pages that fly past are not asked for.
    if (Math.abs(this.#map.top - before) < this.#viewHeight * 2) this.#want();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#settle();
      this.#want();
      this.#tellTop();
    }, REST_MS);
  };

  #draw(): void {
    const { first, end } = this.#map.visible;
    this.#pool?.draw({
      top: this.#map.top,
      viewHeight: this.#viewHeight,
      first,
      end,
      length: this.list.length,
      rowHeight: ROW_HEIGHT,
      cursor: this.#cursor,
      contentAt: (place) => this.#contentAt(place),
    });
    const isInView = this.#cursor >= first && this.#cursor < end;
    const grid = this.#grid;
    if (grid === null) return;
    if (isInView) grid.setAttribute('aria-activedescendant', `row-${this.#cursor}`);
    else grid.removeAttribute('aria-activedescendant');
  }

  #contentAt(place: number): RowContent {
    const item = this.list.at(place);
    if (item === undefined) return PENDING;
    if (item.kind === 'group') {
      return this.group === undefined ? PENDING : { ...item, by: this.group };
    }
    const row = this.pages.at(item.index);
    return row === undefined ? PENDING : { kind: 'record', row };
  }

  #want(): void {
    const { first, end } = this.#map.visible;
    const records = this.list.records(first, end);
    if (records.first >= records.end) return;
    const offsets = this.pages.missing(records.first, records.end);
    if (offsets.length > 0) this.dispatchEvent(new ListEvent({ kind: 'want', offsets }));
  }

  #tellTop(): void {
    this.dispatchEvent(new ListEvent({ kind: 'top', isAtTop: this.isAtTop }));
  }

  readonly #onClick = ({ target }: Event): void => {
    const place = RowPool.placeOf(target);
    if (place < 0) return;
    this.#moveTo(place);
    this.#activate();
  };

  readonly #onFocus = (): void => {
    if (this.#cursor < 0 && this.list.length > 0) this.#moveTo(this.#map.visible.first);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = this.#target(event.key);
    if (place !== undefined) this.#moveTo(place);
    else if (event.key === 'Enter' || event.key === ' ') this.#activate();
    else if (event.key === 'Escape') this.dispatchEvent(new ListEvent({ kind: 'escape' }));
    else if (!this.#fold(event.key)) return;
    event.preventDefault();
  };

  #target(key: string): number | undefined {
    const { pageRows } = this.#map;
    switch (key) {
      case 'ArrowDown':
        return this.#cursor + 1;
      case 'ArrowUp':
        return this.#cursor - 1;
      case 'PageDown':
        return this.#cursor + pageRows;
      case 'PageUp':
        return this.#cursor - pageRows;
      case 'Home':
        return 0;
      case 'End':
        return this.list.length - 1;
      default:
        return undefined;
    }
  }

  /** Opens or closes a group by an arrow, as trees do. */
  #fold(key: string): boolean {
    const item = this.list.at(this.#cursor);
    if (item?.kind !== 'group') return false;
    if (key !== (item.isOpen ? 'ArrowLeft' : 'ArrowRight')) return false;
    this.#activate();
    return true;
  }

  #moveTo(place: number): void {
    this.#cursor = Math.min(Math.max(0, place), this.list.length - 1);
    this.#map.reveal(this.#cursor);
    this.#goTo(this.#map.top);
  }

  #activate(): void {
    if (this.#cursor < 0) return;
    this.dispatchEvent(new ListEvent({ kind: 'activate', place: this.#cursor }));
  }
}

customElements.define('axtary-ledger-list', LedgerListView);
