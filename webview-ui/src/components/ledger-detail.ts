import type { LedgerRow, PanelDetail } from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, html, type TemplateResult } from 'lit';

import { markOf, recordsText, rowTexts, typeMark, wholeTime } from '../model/ledger-texts.js';
import { unifiedLines, type DiffLine } from '../model/unified-diff.js';
import { detailStyles } from './ledger-detail-styles.js';
import { LedgerEvent } from './ledger-event.js';
import { ledgerStyles } from './ledger-styles.js';
import './payload.js';
import { hostileText, renderRuns } from './runs.js';
import { sharedStyles } from './styles.js';

const LINK_ICONS = {
  file: 'file',
  commit: 'git-commit',
  pull_request: 'git-pull-request',
  message: 'comment',
  issue: 'issues',
  document: 'book',
} as const satisfies Record<PanelDetail['links'][number]['kind'], string>;

/** The record is to be shown no longer. */
export class CloseDetailEvent extends Event {
  static readonly type = 'axtary-ledger-close';

  constructor() {
    super(CloseDetailEvent.type);
  }
}

/** Another record is to be shown. */
export class ShowRecordEvent extends CustomEvent<number> {
  static readonly type = 'axtary-ledger-record';

  constructor(seq: number) {
    super(ShowRecordEvent.type, { detail: seq });
  }
}

/** One record, with everything that it is to be read with. */
export class LedgerDetailView extends LitElement {
  static override readonly properties = { detail: { attribute: false } };
  static override readonly styles = [sharedStyles, ledgerStyles, detailStyles];
  declare detail: PanelDetail;

  override focus(): void {
    this.renderRoot.querySelector('h1')?.focus({ preventScroll: true });
  }

  protected override render(): TemplateResult {
    const { row } = this.detail;
    return html`<article aria-labelledby="title">
      <header>
        <h1 id="title" tabindex="-1">${hostileText(row.title)}</h1>
        <button
          type="button"
          class="quiet"
          aria-label="Close"
          title="Close"
          @click=${this.#onClose}
        >
          <vscode-icon name="close" aria-hidden="true"></vscode-icon>
        </button>
      </header>
      ${this.#renderButtons(row)} ${renderFacts(row)} ${this.#renderReasons()} ${this.#renderDiff()}
      ${this.#renderPayload()} ${this.#renderLinks()} ${this.#renderPass()} ${this.#renderProof()}
      ${this.#renderCall()}
    </article>`;
  }

  #renderButtons({ seq }: LedgerRow): TemplateResult {
    const { call, row } = this.detail;
    const isDecided = [row, ...call].some(({ verdict }) => verdict !== undefined);
    return html`<div class="bar">
      <button type="button" @click=${this.#ask({ type: 'openRecord', seq })}>
        <vscode-icon name="json" aria-hidden="true"></vscode-icon>Open Record
      </button>
      <button type="button" @click=${this.#ask({ type: 'copyRecord', seq })}>
        <vscode-icon name="copy" aria-hidden="true"></vscode-icon>Copy Record
      </button>
      ${
        isDecided
          ? html`<button type="button" @click=${this.#ask({ type: 'createRule', seq })}>
                <vscode-icon name="law" aria-hidden="true"></vscode-icon>Create Rule from Decision…
              </button>
              <button type="button" @click=${this.#ask({ type: 'simulate', seq })}>
                <vscode-icon name="beaker" aria-hidden="true"></vscode-icon>Simulate
              </button>`
          : ''
      }
    </div>`;
  }

  #renderReasons(): TemplateResult | string {
    const { reasons } = this.detail;
    if (reasons.length === 0) return '';
    return html`<section aria-labelledby="why">
      <h2 id="why">Why</h2>
      <ul>
        ${reasons.map(
          ({ rule, message }) =>
            html`<li>
              <button
                type="button"
                class="link mono"
                title="Open the rule in axtary.yml"
                @click=${this.#ask({ type: 'openRule', rule })}
              >
                ${hostileText(rule)}
              </button>
              ${hostileText(message)}
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #renderDiff(): TemplateResult | string {
    const { diff } = this.detail;
    if (diff === undefined) return '';
    return html`<section aria-labelledby="change">
      <h2 id="change">Change that was shown for approval</h2>
      <div class="diff mono" role="group" aria-label="Unified diff" tabindex="0">
        ${unifiedLines(diff).map(renderDiffLine)}
      </div>
    </section>`;
  }

  #renderPayload(): TemplateResult | string {
    const { payloadText, payloadNote, row } = this.detail;
    if (payloadText === undefined && payloadNote === undefined) return '';
    return html`<section aria-labelledby="payload">
      <h2 id="payload">Payload</h2>
      ${
        payloadText === undefined
          ? html`<p class="muted">${hostileText(payloadNote ?? '')}</p>`
          : html`<axtary-payload
              .payloadText=${payloadText}
              .subject=${String(row.seq)}
            ></axtary-payload>`
      }
    </section>`;
  }

  #renderLinks(): TemplateResult | string {
    const { links, row } = this.detail;
    if (links.length === 0) return '';
    return html`<section aria-labelledby="links">
      <h2 id="links">Links</h2>
      <ul>
        ${links.map(
          ({ kind, label, target }) =>
            html`<li>
              <button
                type="button"
                class="link"
                title=${target}
                @click=${this.#ask({ type: 'openLink', seq: row.seq, target })}
              >
                <vscode-icon name=${LINK_ICONS[kind]} aria-hidden="true"></vscode-icon
                >${hostileText(label)}
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #renderPass(): TemplateResult | string {
    const { pass } = this.detail;
    if (pass === undefined) return '';
    return html`<section aria-labelledby="pass">
      <h2 id="pass">ActionPass</h2>
      <dl>
        ${fact('State', hostileText(pass.state))} ${fact('Expires', wholeTime(pass.expiresAt))}
        ${fact('Id', html`<code>${hostileText(pass.jti)}</code>`)}
        ${fact('Key', html`<code>${hostileText(pass.kid)}</code>`)}
      </dl>
    </section>`;
  }

  #renderProof(): TemplateResult {
    const { proof, row } = this.detail;
    return html`<section aria-labelledby="proof">
      <h2 id="proof">Place in the ledger</h2>
      ${
        proof === undefined
          ? html`<p class="muted">
              Record ${row.seq}. No signed checkpoint covers it yet; the next one will.
            </p>`
          : html`<dl>
                ${fact('Record', String(row.seq))}
                ${fact('Leaf hash', html`<code>${proof.leaf}</code>`)}
                ${fact(
                  'Signed by',
                  html`<button
                    type="button"
                    class="link"
                    @click=${() => {
                      this.dispatchEvent(new ShowRecordEvent(proof.checkpoint));
                    }}
                  >
                    checkpoint ${proof.checkpoint}
                  </button>`,
                )}
                ${fact('Tree', html`${recordsText(proof.size)}, root <code>${proof.root}</code>`)}
                ${fact('Inclusion proof', `${proof.path.length} hashes`)}
                ${fact('Key', html`<code>${hostileText(proof.kid)}</code>`)}
              </dl>
              <button type="button" @click=${this.#ask({ type: 'copyProof', seq: row.seq })}>
                <vscode-icon name="copy" aria-hidden="true"></vscode-icon>Copy Proof
              </button>`
      }
    </section>`;
  }

  #renderCall(): TemplateResult | string {
    const { call } = this.detail;
    if (call.length === 0) return '';
    return html`<section aria-labelledby="call">
      <h2 id="call">Other records of this call</h2>
      <ol>
        ${call.map((row) => {
          const { time, title } = rowTexts(row);
          return html`<li>
            <span class="muted">${time}</span>
            <button
              type="button"
              class="link"
              @click=${() => {
                this.dispatchEvent(new ShowRecordEvent(row.seq));
              }}
            >
              ${typeMark(row.type).text}: ${title}
            </button>
          </li>`;
        })}
      </ol>
    </section>`;
  }

  #ask(message: LedgerEvent['detail']): () => void {
    return () => {
      this.dispatchEvent(new LedgerEvent(message));
    };
  }

  readonly #onClose = (): void => {
    this.dispatchEvent(new CloseDetailEvent());
  };
}

function renderFacts(row: LedgerRow): TemplateResult {
  const { text, tone, icon } = markOf(row);
  return html`<dl class="facts">
    ${fact('Verdict', html`<span class="mark ${tone}"><i aria-hidden="true">${icon}</i>${text}</span>`)}
    ${fact('Type', typeMark(row.type).text)} ${fact('Time', wholeTime(row.time))}
    ${optional('Tool', row.tool)} ${optional('Resource', row.resource)}
    ${optional('Agent', row.agent)} ${optional('On behalf of', row.human)}
    ${optional('Task', row.task)} ${optional('Call', row.decisionId)}
  </dl>`;
}

function optional(name: string, text: string | undefined): TemplateResult | string {
  return text === undefined || text === '' ? '' : fact(name, hostileText(text));
}

function fact(name: string, content: TemplateResult | string): TemplateResult {
  return html`<dt>${name}</dt>
    <dd>${content}</dd>`;
}

function renderDiffLine({ kind, runs }: DiffLine): TemplateResult {
  return html`<div class=${kind}>${renderRuns(runs)}</div>`;
}

customElements.define('axtary-ledger-detail', LedgerDetailView);
