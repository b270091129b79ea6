import {
  toApprovalPanelSchema,
  type ApprovalPanel,
  type FromApprovalPanel,
  type ToApprovalPanel,
} from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, html, type PropertyValues, type TemplateResult } from 'lit';

import { nowMs } from '../clock.js';
import { connectExtension } from '../extension-link.js';
import type { Part, ReviewProgress } from '../model/answerable.js';
import { remainingText } from '../model/remaining.js';
import { approvalStyles } from './approval-styles.js';
import { OpenDiffEvent } from './diff.js';
import { EndSeenEvent, type EndMark } from './end-mark.js';
import './facts.js';
import './payload.js';
import { hostileText } from './runs.js';
import { sharedStyles } from './styles.js';
import { VerdictEvent, type VerdictBar } from './verdict.js';

/** A click that began before this request appeared must not answer it. */
const SETTLE_MS = 400;

const OUTCOMES = {
  approved: { icon: 'pass', text: 'Approved. The call may run once, as shown.' },
  denied: { icon: 'circle-slash', text: 'Denied. The agent is told, with your reason.' },
  expired: { icon: 'watch', text: 'Expired. The call did not run.' },
  gone: { icon: 'info', text: 'This request can no longer be answered here.' },
} as const;

/** The approval panel. It shows one request and says what was clicked; it holds no authority. */
export class ApprovalApp extends LitElement {
  static override readonly properties = {
    message: { state: true },
    seen: { state: true },
    remaining: { state: true },
    isSettled: { state: true },
  };
  static override readonly styles = [sharedStyles, approvalStyles];
  declare message: ToApprovalPanel | undefined;
  declare seen: ReadonlySet<Part>;
  declare remaining: string | undefined;
  declare isSettled: boolean;
  #settling: ReturnType<typeof setTimeout> | undefined;
  readonly #link = connectExtension<ToApprovalPanel, FromApprovalPanel, { readonly id: string }>(
    toApprovalPanelSchema,
    (message) => {
      this.#receive(message);
    },
  );

  constructor() {
    super();
    this.message = undefined;
    this.seen = new Set();
    this.remaining = undefined;
    this.isSettled = false;
    this.addEventListener(EndSeenEvent.type, this.#onEndSeen);
    this.addEventListener(VerdictEvent.type, this.#onVerdict);
    this.addEventListener(OpenDiffEvent.type, this.#onOpenDiff);
    document.addEventListener('keydown', this.#onKey);
    setInterval(() => {
      this.#tick();
    }, 1000);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#link.send({ type: 'ready' });
  }

  protected override render(): TemplateResult {
    const { message } = this;
    if (message === undefined) return html`<p class="empty muted">Loading…</p>`;
    if (message.type === 'empty')
      return html`<p class="empty" role="status">${message.message}</p>`;
    return this.#renderApproval(message.approval);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('message');
    if (changed.has('message') && idOf(before) !== idOf(this.message)) {
      this.renderRoot.querySelector('main')?.scrollTo(0, 0);
      this.renderRoot.querySelector('h1')?.focus();
    }
  }

  #renderApproval(approval: ApprovalPanel): TemplateResult {
    const subject = subjectOf(approval);
    return html`<main tabindex="-1">
        ${this.#renderHeader(approval)}
        <section aria-labelledby="why-heading">
          <h2 id="why-heading">Who and why</h2>
          <axtary-facts .approval=${approval}></axtary-facts>
        </section>
        ${
          approval.diff === undefined
            ? noDiff(approval)
            : html`<section aria-labelledby="diff-heading">
                <h2 id="diff-heading">Exact change</h2>
                <axtary-diff .diff=${approval.diff} .subject=${subject}></axtary-diff>
              </section>`
        }
        <section aria-labelledby="payload-heading">
          <div class="titled">
            <h2 id="payload-heading">Exact payload</h2>
            <button type="button" @click=${this.#onCopy}>
              <vscode-icon name="copy"></vscode-icon>Copy exact payload
            </button>
          </div>
          <axtary-payload .payloadText=${approval.payloadText} .subject=${subject}></axtary-payload>
        </section>
        <section aria-labelledby="hashes-heading">
          <h2 id="hashes-heading">What a verdict is bound to</h2>
          <axtary-hashes .approval=${approval}></axtary-hashes>
        </section>
      </main>
      <footer>${this.#renderFooter(approval)}</footer>`;
  }

  #renderHeader({ title, position, pending, state, id }: ApprovalPanel): TemplateResult {
    const others = position === 0 ? pending : pending - 1;
    return html`<header>
      <div class="meta">
        <span class="muted" role="timer">${this.#timeText(state)}</span>
        <span class="muted" data-id=${id}>
          ${position === 0 ? `${pending} waiting` : `${position} of ${pending}`}
        </span>
        <button type="button" title="Writes a proposal into axtary.yml" @click=${this.#onRule}>
          <vscode-icon name="law"></vscode-icon>Create rule…
        </button>
        <button type="button" ?disabled=${others === 0} @click=${this.#onNext}>
          Next<vscode-icon name="arrow-right"></vscode-icon>
        </button>
      </div>
      <h1 tabindex="-1">${hostileText(title)}</h1>
    </header>`;
  }

  #timeText(state: ApprovalPanel['state']): string {
    if (state !== 'pending' && state !== 'answering') return '';
    return this.remaining === undefined ? 'Expired' : `Expires in ${this.remaining}`;
  }

  #renderFooter(approval: ApprovalPanel): TemplateResult {
    const { state, error } = approval;
    const outcome = state === 'pending' || state === 'answering' ? undefined : OUTCOMES[state];
    return html`<div aria-live="polite" role="status">
        ${
          error === undefined
            ? ''
            : html`<p class="error">
                <vscode-icon name="error"></vscode-icon>${hostileText(error)}
              </p>`
        }
        ${
          outcome === undefined
            ? ''
            : html`<p class="outcome">
                <vscode-icon name=${outcome.icon}></vscode-icon>${outcome.text}
              </p>`
        }
      </div>
      ${
        outcome === undefined
          ? html`<axtary-verdict
              .approval=${approval}
              .progress=${this.#progress()}
            ></axtary-verdict>`
          : ''
      }`;
  }

  #progress(): ReviewProgress {
    return {
      seen: this.seen,
      isExpired: this.remaining === undefined,
      isSettled: this.isSettled,
    };
  }

  #receive(message: ToApprovalPanel): void {
    const isOther = idOf(message) !== idOf(this.message);
    this.message = message;
    this.#tick();
    const id = idOf(message);
    this.#link.remember(id === undefined ? undefined : { id });
    if (!isOther) return;
    this.seen = new Set();
    this.renderRoot.querySelector<VerdictBar>('axtary-verdict')?.clear();
    this.isSettled = false;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.isSettled = true;
    }, SETTLE_MS);
  }

  #tick(): void {
    if (this.message?.type === 'show') {
      this.remaining = remainingText(this.message.approval.expiresAt, nowMs());
    }
  }

  readonly #onEndSeen = (event: Event): void => {
    if (!(event instanceof EndSeenEvent) || this.message?.type !== 'show') return;
    const { part, subject } = event.detail;
    if (subject === subjectOf(this.message.approval)) this.seen = new Set([...this.seen, part]);
  };

  readonly #onVerdict = (event: Event): void => {
    if (!(event instanceof VerdictEvent) || this.message?.type !== 'show') return;
    const { approval } = this.message;
    const { verdict, reason } = event.detail;
    this.#link.send({ type: verdict, id: approval.id, payloadHash: approval.payloadHash, reason });
    // Until the extension answers, a second click finds nothing to press.
    this.message = { type: 'show', approval: { ...approval, state: 'answering' } };
  };

  readonly #onOpenDiff = (event: Event): void => {
    const id = idOf(this.message);
    if (!(event instanceof OpenDiffEvent) || id === undefined) return;
    this.#link.send({ type: 'openDiff', id, path: event.detail.path });
  };

  readonly #onCopy = (): void => {
    const id = idOf(this.message);
    if (id !== undefined) this.#link.send({ type: 'copyPayload', id });
  };

  readonly #onRule = (): void => {
    const id = idOf(this.message);
    if (id !== undefined) this.#link.send({ type: 'createRule', id });
  };

  readonly #onNext = (): void => {
    this.#link.send({ type: 'next' });
  };

  /** End goes to the next end that was not seen yet, so that nothing is jumped over; Home to the top. */
  readonly #onKey = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    const isTyping = target instanceof HTMLTextAreaElement;
    if (isTyping || (event.key !== 'End' && event.key !== 'Home')) return;
    event.preventDefault();
    const main = this.renderRoot.querySelector('main');
    const unseen = event.key === 'End' ? this.#nextUnseenEnd() : undefined;
    if (unseen !== undefined) unseen.scrollIntoView({ block: 'end' });
    else main?.scrollTo(0, event.key === 'End' ? main.scrollHeight : 0);
  };

  #nextUnseenEnd(): EndMark | undefined {
    for (const part of ['diff', 'payload'] as const) {
      const view = this.seen.has(part) ? null : this.renderRoot.querySelector(`axtary-${part}`);
      const mark = view?.shadowRoot?.querySelector<EndMark>('axtary-end-mark');
      if (mark) return mark;
    }
    return undefined;
  }
}

function noDiff({ diffNote }: ApprovalPanel): TemplateResult | string {
  return diffNote === undefined
    ? ''
    : html`<section aria-labelledby="diff-heading">
        <h2 id="diff-heading">Exact change</h2>
        <p role="note">${hostileText(diffNote)}</p>
      </section>`;
}

function idOf(message: ToApprovalPanel | undefined): string | undefined {
  return message?.type === 'show' ? message.approval.id : undefined;
}

/** What must be seen again when it changes. */
function subjectOf({ id, actionHash }: ApprovalPanel): string {
  return `${id} ${actionHash}`;
}

customElements.define('axtary-approval', ApprovalApp);
