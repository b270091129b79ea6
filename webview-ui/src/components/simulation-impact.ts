import { IMPACT_LENGTHS, type PanelImpact } from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { percent } from '../model/simulation-texts.js';
import { renderChanges, summaryOf } from './impact-table.js';
import { hostileText } from './runs.js';
import { SimulationEvent } from './simulation-event.js';
import { simulationStyles } from './simulation-styles.js';
import { sharedStyles } from './styles.js';

type Done = Extract<PanelImpact, { readonly status: 'done' }>;

/** What the draft would change over past actions, each with its reason. */
export class ImpactView extends LitElement {
  static override readonly properties = { impact: { attribute: false }, last: { type: Number } };
  static override readonly styles = [
    sharedStyles,
    simulationStyles,
    css`
      .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-bottom: 8px;
      }
      progress {
        flex: 1 1 120px;
        max-width: 320px;
        accent-color: var(--vscode-progressBar-background);
      }
      .scroll {
        overflow-x: auto;
      }
    `,
  ];
  declare impact: PanelImpact;
  declare last: number;

  protected override render(): TemplateResult {
    const isRunning = this.impact.status === 'running';
    return html`<div class="controls">
        <label
          >Last
          <select @change=${this.#onLast} ?disabled=${isRunning} aria-label="How many past actions">
            ${IMPACT_LENGTHS.map(
              (length) =>
                html`<option value=${length} ?selected=${length === this.last}>${length}</option>`,
            )}
          </select>
          actions</label
        >
        ${
          isRunning
            ? html`<button type="button" @click=${ask({ type: 'cancelImpact' })}>
                <vscode-icon name="debug-stop" aria-hidden="true"></vscode-icon>Cancel
              </button>`
            : html`<button type="button" @click=${ask({ type: 'runImpact' })}>
                <vscode-icon name="run-all" aria-hidden="true"></vscode-icon>Compare
              </button>`
        }
        ${this.#renderProgress()}
      </div>
      ${this.#renderOutcome()}`;
  }

  #renderProgress(): TemplateResult | string {
    if (this.impact.status !== 'running') return '';
    const { done, total } = this.impact;
    return html`<progress max="100" value=${percent(done, total)} aria-label="Compared"></progress>
      <span class="muted">${done} of ${total}</span>`;
  }

  #renderOutcome(): TemplateResult | string {
    const { impact } = this;
    switch (impact.status) {
      case 'idle':
        return html`<p class="muted">
          Decides past actions of this ledger anew, by the draft, and shows those that would end
          differently.
        </p>`;
      case 'running':
        return '';
      case 'failed':
        return html`<p class="error" role="status">${hostileText(impact.message)}</p>`;
      case 'done':
        return this.#renderDone(impact);
    }
  }

  #renderDone(impact: Done): TemplateResult {
    return html`<p role="status" class="summary">${summaryOf(impact)}</p>
      ${
        impact.isStale
          ? html`<p class="muted">The draft has been edited since: compare again.</p>`
          : ''
      }
      ${renderChanges(impact.changes)}`;
  }

  readonly #onLast = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const last = IMPACT_LENGTHS.find((length) => String(length) === selected(event.target));
    if (last !== undefined) this.dispatchEvent(new SimulationEvent({ type: 'chooseLast', last }));
  };
}

function selected(target: EventTarget | null): string {
  return target instanceof HTMLSelectElement ? target.value : '';
}

function ask(message: SimulationEvent['detail']): (event: Event) => void {
  return (event) => event.target?.dispatchEvent(new SimulationEvent(message));
}

customElements.define('axtary-impact', ImpactView);
