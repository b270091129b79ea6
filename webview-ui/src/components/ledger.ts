import {
  toLedgerPanelSchema,
  type FromLedgerPanel,
  type LedgerChoice,
  type LedgerPanel,
  type PanelDetail,
  type ToLedgerPanel,
} from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, html, type TemplateResult } from 'lit';

import { connectExtension } from '../extension-link.js';
import { inRange, isEmpty } from '../model/ledger-filter.js';
import { LedgerList } from '../model/ledger-list.js';
import { LedgerPages } from '../model/ledger-pages.js';
import { canOpen, countText } from '../model/ledger-texts.js';
import { appStyles } from './ledger-app-styles.js';
import { ShowRecordEvent, type LedgerDetailView } from './ledger-detail.js';
import { LedgerEvent, ListEvent } from './ledger-event.js';
import { LedgerFilterBar } from './ledger-filter-bar.js';
import { LedgerListView } from './ledger-list.js';
import './ledger-status.js';
import { ledgerStyles } from './ledger-styles.js';
import { RangeEvent } from './ledger-timeline.js';
import { hostileText } from './runs.js';
import { sharedStyles } from './styles.js';

/** How long the list rests before it follows the ledger again. */
const FOLLOW_MS = 500;
/** Pages that are asked for at a time: what has flown past by then is not asked for at all. */
const MAX_ASKED = 2;

/** The record in the pane: its number, and what has come of it. */
interface Shown {
  readonly seq: number;
  readonly detail?: PanelDetail;
  readonly problem?: string;
}

/** The live ledger: which records, when, the list, and one of them whole. */
export class LedgerApp extends LitElement {
  static override readonly properties = {
    panel: { state: true },
    shown: { state: true },
    isAtTop: { state: true },
  };
  static override readonly styles = [sharedStyles, ledgerStyles, appStyles];
  declare panel: LedgerPanel | undefined;
  declare shown: Shown | undefined;
  declare isAtTop: boolean;
  /** Records are shown in the editor area, not beside the list. */
  protected readonly isNarrow: boolean = false;
  #list = new LedgerList(undefined, { filter: {} });
  #pages = LedgerPages.empty();
  #run = -1;
  readonly #asked = new Set<number>();
  #following: ReturnType<typeof setTimeout> | undefined;
  readonly #link = connectExtension<ToLedgerPanel, FromLedgerPanel, LedgerChoice>(
    toLedgerPanelSchema,
    (message) => {
      this.#receive(message);
    },
  );

  constructor() {
    super();
    this.panel = undefined;
    this.shown = undefined;
    this.isAtTop = true;
    this.addEventListener(LedgerEvent.type, (event) => {
      if (event instanceof LedgerEvent) this.#link.send(event.detail);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#onKey);
    this.#link.send({ type: 'ready' });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#onKey);
    clearTimeout(this.#following);
  }

  protected override render(): TemplateResult {
    const { panel } = this;
    if (panel === undefined) return html`<main><p class="muted empty">Loading…</p></main>`;
    return html`<main class=${this.isNarrow ? 'narrow' : ''}>
      <h1 class="hidden">Live Ledger</h1>
      ${this.#renderFault(panel)}
      <div class="top">
        <axtary-ledger-filter .panel=${panel}></axtary-ledger-filter>
        ${this.#renderTimeline(panel)}
      </div>
      <div class=${this.shown === undefined ? 'body' : 'body with-detail'}>
        <div class="list">
          ${this.#renderFresh(panel)}
          <axtary-ledger-list
            .list=${this.#list}
            .pages=${this.#pages}
            .group=${panel.choice.group}
            @axtary-ledger-list=${this.#onList}
          ></axtary-ledger-list>
          ${this.#list.length === 0 ? this.#renderEmpty(panel) : ''}
        </div>
        ${this.#renderShown()}
      </div>
      <footer><axtary-ledger-status .panel=${panel}></axtary-ledger-status></footer>
    </main>`;
  }

  #renderFault({ fault }: LedgerPanel): TemplateResult | string {
    if (fault === undefined) return '';
    return html`<div class="fault" role="alert">
      <vscode-icon name="error" aria-hidden="true"></vscode-icon>
      <p><strong>${hostileText(fault.title)}</strong> ${hostileText(fault.advice)}</p>
      ${
        fault.canAccept
          ? html`<button type="button" @click=${this.#onAccept}>Accept Changed Ledger…</button>`
          : ''
      }
    </div>`;
  }

  #renderTimeline({ found }: LedgerPanel): TemplateResult | string {
    if (found === undefined || found.timeline.spans.length === 0) return '';
    return html`<axtary-ledger-timeline
      .timeline=${found.timeline}
      @axtary-ledger-range=${this.#onRange}
    ></axtary-ledger-timeline>`;
  }

  #renderFresh({ fresh }: LedgerPanel): TemplateResult | string {
    if (fresh === 0 || (this.isAtTop && this.#isFollowing)) return '';
    return html`<button type="button" class="primary fresh" @click=${this.#onFresh}>
      <vscode-icon name="arrow-up" aria-hidden="true"></vscode-icon>${countText(fresh)} new
      ${fresh === 1 ? 'record' : 'records'}
    </button>`;
  }

  #renderEmpty({ status, message, choice, found }: LedgerPanel): TemplateResult {
    if (status === 'offline') {
      return html`<p class="empty muted">
        The ledger is shown while the enforcement host runs. It is not connected.
      </p>`;
    }
    if (status === 'failed') return html`<p class="empty">${hostileText(message)}</p>`;
    if (found === undefined) return html`<p class="empty muted">Reading the ledger…</p>`;
    if (isEmpty(choice.filter)) {
      return html`<p class="empty muted">
        Nothing is recorded yet. Every decision about a tool call appears here, with what became of
        it.
      </p>`;
    }
    return html`<p class="empty muted">
      No record meets these filters.
      <button type="button" @click=${this.#onClear}>Clear all filters</button>
    </p>`;
  }

  #renderShown(): TemplateResult | string {
    const { shown } = this;
    if (shown === undefined) return '';
    return html`<aside aria-label="Record" @keydown=${this.#onDetailKey}>
      ${
        shown.detail === undefined
          ? html`<p class="empty muted">${shown.problem ?? `Reading record ${shown.seq}…`}</p>`
          : html`<axtary-ledger-detail
              .detail=${shown.detail}
              @axtary-ledger-close=${this.#onClose}
              @axtary-ledger-record=${this.#onRecord}
            ></axtary-ledger-detail>`
      }
    </aside>`;
  }

  #receive(message: ToLedgerPanel): void {
    switch (message.type) {
      case 'show':
        this.#show(message.panel);
        return;
      case 'rows':
        if (message.run !== this.#run) return;
        this.#asked.delete(message.offset);
        this.#pages.put(message.offset, message.rows);
        this.#listView?.redraw();
        return;
      case 'rowsFailed':
        this.#asked.delete(message.offset);
        return;
      case 'reveal':
        this.#open(message.seq);
        return;
      default:
        this.#receiveDetail(message);
    }
  }

  /** An answer about a record that is not shown any more is dropped. */
  #receiveDetail(message: Extract<ToLedgerPanel, { type: 'detail' | 'detailFailed' }>): void {
    const seq = message.type === 'detail' ? message.detail.row.seq : message.seq;
    if (seq !== this.shown?.seq) return;
    if (message.type === 'detail') void this.#fill(message.detail);
    else this.shown = { seq, problem: message.message };
  }

  #show(panel: LedgerPanel): void {
    const { found, choice } = panel;
    const isOther = this.panel !== undefined && isOtherQuestion(this.panel.choice, choice);
    this.panel = panel;
    this.#link.remember(choice);
    if (found !== undefined && found.run !== this.#run) {
      this.#run = found.run;
      this.#asked.clear();
      const isSame = found.added > 0 && choice.group === undefined;
      this.#pages = isSame ? this.#pages.next(found.added) : LedgerPages.empty();
      if (isSame && !this.isAtTop) this.#listView?.shift(found.added);
    }
    this.#list = new LedgerList(found, choice);
    if (isOther) this.#listView?.goToTop();
    this.#follow();
  }

  async #fill(detail: PanelDetail): Promise<void> {
    this.shown = { seq: detail.row.seq, detail };
    await this.updateComplete;
    const view = this.renderRoot.querySelector<LedgerDetailView>('axtary-ledger-detail');
    await view?.updateComplete;
    // Not by scrolling it into view, which moves the page as well.
    this.renderRoot.querySelector('aside')?.scrollTo({ top: 0 });
    // Whoever has gone on elsewhere meanwhile is not called back.
    if (document.hasFocus()) view?.focus();
  }

  /** Whether new records are shown as they come: a text is not searched for at every one. */
  get #isFollowing(): boolean {
    return this.panel?.choice.filter.text === undefined;
  }

  #follow(): void {
    const { panel } = this;
    if (panel === undefined || panel.fresh === 0 || panel.status !== 'ready') return;
    if (!this.isAtTop || !this.#isFollowing) return;
    this.#following ??= setTimeout(() => {
      this.#following = undefined;
      if (this.isAtTop && (this.panel?.fresh ?? 0) > 0) this.#link.send({ type: 'refresh' });
    }, FOLLOW_MS);
  }

  #open(seq: number): void {
    const choice = this.panel?.choice ?? { filter: {} };
    if (this.isNarrow) {
      this.#link.send({ type: 'openPanel', choice, seq });
      return;
    }
    this.shown = { seq };
    this.#link.send({ type: 'detail', seq });
  }

  readonly #onList = (event: Event): void => {
    if (!(event instanceof ListEvent)) return;
    const news = event.detail;
    switch (news.kind) {
      case 'want':
        this.#ask(news.offsets);
        return;
      case 'activate':
        this.#activate(news.place);
        return;
      case 'top':
        this.isAtTop = news.isAtTop;
        this.#follow();
        return;
      case 'escape':
        this.#onClose();
    }
  };

  #ask(offsets: readonly number[]): void {
    for (const offset of offsets) {
      if (this.#asked.has(offset) || this.#asked.size >= MAX_ASKED) continue;
      this.#asked.add(offset);
      this.#link.send({ type: 'rows', run: this.#run, offset });
    }
  }

  #activate(place: number): void {
    const item = this.#list.at(place);
    const { panel } = this;
    if (item === undefined || panel === undefined) return;
    if (item.kind === 'record') {
      const row = this.#pages.at(item.index);
      if (row !== undefined) this.#open(row.seq);
      return;
    }
    const { opened, ...choice } = panel.choice;
    const { key } = item.group;
    if (choice.group === undefined || !canOpen(choice.group, key)) return;
    const next = key === opened ? choice : { ...choice, opened: key };
    this.#link.send({ type: 'choose', choice: next });
  }

  readonly #onFresh = (): void => {
    this.isAtTop = true;
    this.#listView?.goToTop();
    this.#link.send({ type: 'refresh' });
  };

  readonly #onRange = (event: Event): void => {
    const { panel } = this;
    if (!(event instanceof RangeEvent) || panel === undefined) return;
    const filter = inRange(panel.choice.filter, event.detail);
    this.#link.send({ type: 'choose', choice: { ...panel.choice, filter } });
  };

  readonly #onClear = (): void => {
    if (this.panel === undefined) return;
    this.#link.send({ type: 'choose', choice: { ...this.panel.choice, filter: {} } });
  };

  readonly #onAccept = (): void => {
    this.#link.send({ type: 'acceptLedger' });
  };

  readonly #onClose = (): void => {
    if (this.shown === undefined) return;
    this.shown = undefined;
    this.#listView?.focus();
  };

  readonly #onRecord = (event: Event): void => {
    if (event instanceof ShowRecordEvent) this.#open(event.detail);
  };

  readonly #onDetailKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#onClose();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f';
    const [origin] = event.composedPath();
    const isTyping = origin instanceof HTMLInputElement || origin instanceof HTMLSelectElement;
    if (!isFind && (event.key !== '/' || isTyping)) return;
    event.preventDefault();
    const bar = this.renderRoot.querySelector('axtary-ledger-filter');
    if (bar instanceof LedgerFilterBar) bar.focusSearch();
  };

  get #listView(): LedgerListView | undefined {
    const view = this.renderRoot.querySelector('axtary-ledger-list');
    return view instanceof LedgerListView ? view : undefined;
  }
}

/** The same in the panel area: a record opens in the editor area. */
export class NarrowLedgerApp extends LedgerApp {
  protected override readonly isNarrow = true;
}

/** Whether the records of the list are others; a group that is opened or closed leaves them. */
function isOtherQuestion(before: LedgerChoice, now: LedgerChoice): boolean {
  const asked = ({ folder, filter, group }: LedgerChoice): string =>
    JSON.stringify([folder, filter, group]);
  return asked(before) !== asked(now);
}

customElements.define('axtary-ledger', LedgerApp);
customElements.define('axtary-live-ledger', NarrowLedgerApp);
