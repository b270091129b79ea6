import type { PanelTrace } from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { OUTCOMES, counted, splitTraces } from '../model/simulation-texts.js';
import { hostileText, wordsText } from './runs.js';
import { SimulationEvent } from './simulation-event.js';
import { simulationStyles } from './simulation-styles.js';
import { sharedStyles } from './styles.js';
import { effectText } from './verdict-text.js';

/** What became of every rule: those that held first, then for each other what did not fit. */
export class TraceView extends LitElement {
  static override readonly properties = { rules: { attribute: false } };
  static override readonly styles = [
    sharedStyles,
    simulationStyles,
    css`
      li {
        padding: 6px 0;
        border-bottom: 1px solid
          var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 12px;
      }
      .head > span {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      .words,
      .failed {
        margin: 2px 0 0;
        overflow-wrap: anywhere;
      }
      summary {
        cursor: pointer;
        padding: 6px 0;
      }
      .tag {
        border: 1px solid var(--vscode-panel-border, currentColor);
        border-radius: 3px;
        padding: 0 4px;
        font-size: 0.9em;
      }
    `,
  ];
  declare rules: readonly PanelTrace[];

  protected override render(): TemplateResult {
    const { held, others } = splitTraces(this.rules);
    return html`${
      held.length === 0
        ? html`<p>No rule holds for this action, so it is denied.</p>`
        : html`<ul aria-label="Rules that held">
            ${held.map((trace) => this.#renderTrace(trace))}
          </ul>`
    }
    ${
      others.length === 0
        ? ''
        : html`<details ?open=${held.length === 0 || others.length <= 12}>
            <summary>${counted(others.length, 'rule')} did not hold</summary>
            <ul aria-label="Rules that did not hold">
              ${others.map((trace) => this.#renderTrace(trace))}
            </ul>
          </details>`
    }`;
  }

  #renderTrace(trace: PanelTrace): TemplateResult {
    const { icon, text } = OUTCOMES[trace.outcome];
    return html`<li data-rule=${trace.rule} data-outcome=${trace.outcome}>
      <div class="head">
        <span><vscode-icon name=${icon} aria-hidden="true"></vscode-icon>${this.#name(trace)}</span>
        <span>${effectText(trace.effect)}</span>
        <span class="muted">${text}</span>
        ${trace.origin === 'file' ? '' : html`<span class="tag">${trace.origin}</span>`}
        ${trace.shadow ? html`<span class="tag">shadow: not enforced</span>` : ''}
      </div>
      <p class="words muted">${wordsText(trace.words)}</p>
      ${
        trace.failed === undefined
          ? ''
          : html`<p class="failed">
              First condition that failed: ${wordsText(trace.failed.words)}. Found:
              <code>${hostileText(trace.failed.found)}</code>
            </p>`
      }
    </li>`;
  }

  /** Only a rule of the file has a place to go to. */
  #name({ rule, origin }: PanelTrace): TemplateResult {
    if (origin !== 'file') return html`<code>${hostileText(rule)}</code>`;
    return html`<button
      type="button"
      class="link"
      title="Show this rule in the draft"
      @click=${() => this.dispatchEvent(new SimulationEvent({ type: 'openRule', rule }))}
    >
      ${hostileText(rule)}
    </button>`;
  }
}

customElements.define('axtary-trace', TraceView);
