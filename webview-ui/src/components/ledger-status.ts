import type { LedgerPanel } from '@axtary/protocol';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { isEmpty, withText } from '../model/ledger-filter.js';
import { countText, recordsText } from '../model/ledger-texts.js';
import { LedgerEvent } from './ledger-event.js';
import { ledgerStyles } from './ledger-styles.js';
import { sharedStyles } from './styles.js';

/** The foot of the live ledger: how many records there are, or that they are being searched. */
export class LedgerStatus extends LitElement {
  static override readonly properties = { panel: { attribute: false } };
  static override readonly styles = [
    sharedStyles,
    ledgerStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 8px;
        position: relative;
        min-height: 24px;
      }
      p {
        margin: 0;
      }
      [role='progressbar'] {
        position: absolute;
        inset: -1px -12px auto;
        height: 2px;
        overflow: hidden;
        animation: appear 1ms 300ms both;
      }
      [role='progressbar']::before {
        content: '';
        display: block;
        width: 20%;
        height: 100%;
        background: var(--vscode-progressBar-background, currentColor);
        animation: pass 2s linear infinite;
      }
      @keyframes appear {
        from {
          visibility: hidden;
        }
      }
      @keyframes pass {
        from {
          transform: translateX(-100%);
        }
        to {
          transform: translateX(500%);
        }
      }
      @media (prefers-reduced-motion: reduce) {
        [role='progressbar']::before {
          width: 100%;
          animation: none;
        }
      }
      @media (forced-colors: active) {
        [role='progressbar']::before {
          background: Highlight;
        }
      }
    `,
  ];
  declare panel: LedgerPanel;

  protected override render(): TemplateResult {
    const { status } = this.panel;
    const isSearching = isSearch(this.panel);
    return html`${
        status === 'running'
          ? html`<div role="progressbar" aria-label="Reading the ledger"></div>`
          : ''
      }
      <p role="status" aria-live="polite">${statusText(this.panel)}</p>
      ${
        isSearching
          ? html`<button type="button" class="quiet" @click=${this.#onCancel}>Cancel</button>`
          : ''
      }`;
  }

  /** Only a text takes long to search for; without it the enforcement host ends the search. */
  readonly #onCancel = (): void => {
    const { choice } = this.panel;
    const filter = withText(choice.filter, '');
    this.dispatchEvent(new LedgerEvent({ type: 'choose', choice: { ...choice, filter } }));
  };
}

function isSearch({ status, choice }: LedgerPanel): boolean {
  return status === 'running' && choice.filter.text !== undefined;
}

function statusText(panel: LedgerPanel): string {
  const { status, found, message, choice } = panel;
  if (status === 'offline') return 'The enforcement host is not connected.';
  if (status === 'failed') return message;
  if (found === undefined) return 'Reading the ledger…';
  if (isSearch(panel)) return `Searching ${recordsText(found.size)}…`;
  const all = recordsText(found.size);
  if (isEmpty(choice.filter)) return all;
  const some = found.isWhole ? countText(found.total) : `At least ${countText(found.total)}`;
  return `${some} of ${all}`;
}

customElements.define('axtary-ledger-status', LedgerStatus);
