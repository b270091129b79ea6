import type { PanelEngine, PanelSimulation } from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { ENGINES, VERDICTS, agreement } from '../model/simulation-texts.js';
import { hostileText } from './runs.js';
import { simulationStyles } from './simulation-styles.js';
import './simulation-trace.js';
import { sharedStyles } from './styles.js';
import { ruleIds, verdictText } from './verdict-text.js';

type Done = Extract<PanelSimulation, { readonly status: 'done' }>;

/** The decision, the three engines side by side, and what became of every rule. */
export class SimulationResult extends LitElement {
  static override readonly properties = { simulation: { attribute: false } };
  static override readonly styles = [
    sharedStyles,
    simulationStyles,
    css`
      .decision {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 1.3em;
        font-weight: 600;
        margin: 0 0 4px;
      }
      .decision .verdict {
        gap: 8px;
      }
      .reasons li {
        padding: 2px 0;
      }
      p {
        margin: 4px 0;
      }
    `,
  ];
  declare simulation: PanelSimulation;

  protected override render(): TemplateResult {
    const { simulation } = this;
    if (simulation.status !== 'done') {
      return html`<section aria-labelledby="decision-heading">
        <h2 id="decision-heading">Decision</h2>
        <p role="status" class=${simulation.status === 'failed' ? 'error' : 'muted'}>
          ${hostileText(simulation.message)}
        </p>
      </section>`;
    }
    return html`<section aria-labelledby="decision-heading">
        <h2 id="decision-heading">Decision</h2>
        ${renderDecision(simulation)}
      </section>
      <section aria-labelledby="engines-heading">
        <h2 id="engines-heading">Three engines</h2>
        ${renderEngines(simulation.engines)}
      </section>
      <section aria-labelledby="trace-heading">
        <h2 id="trace-heading">Rules</h2>
        <axtary-trace .rules=${simulation.rules}></axtary-trace>
      </section>`;
  }
}

function renderDecision({ decision, reasons, needs, shadow, test }: Done): TemplateResult {
  return html`<div role="status" aria-live="polite">
      <p class="decision" data-decision=${decision}>${verdictText(decision)}</p>
      ${test === undefined ? '' : renderTest(test)}
    </div>
    <ul class="reasons" aria-label="Reasons">
      ${
        reasons.length === 0
          ? html`<li>No rule allows it, and what no rule allows is denied.</li>`
          : reasons.map(
              ({ rule, message }) =>
                html`<li><code>${hostileText(rule)}</code> ${hostileText(message)}</li>`,
            )
      }
      ${needs.map((need) => html`<li class="muted">${hostileText(need)}</li>`)}
    </ul>
    ${
      shadow === undefined
        ? ''
        : html`<p>
            With shadow rules enforced: ${VERDICTS[shadow.decision].text}, by
            ${ruleIds(shadow.reasons.map(({ rule }) => rule))}.
          </p>`
    }`;
}

function renderTest({ name, passed, expected }: NonNullable<Done['test']>): TemplateResult {
  return html`<p>
    <vscode-icon name=${passed ? 'pass' : 'error'} aria-hidden="true"></vscode-icon> Test
    “${hostileText(name)}” ${passed ? 'passes' : html`fails: expected ${hostileText(expected)}`}.
  </p>`;
}

function renderEngines(engines: readonly PanelEngine[]): TemplateResult {
  return html`<table>
      <thead>
        <tr>
          <th scope="col">Engine</th>
          <th scope="col">Decision</th>
          <th scope="col">Determining rules</th>
        </tr>
      </thead>
      <tbody>
        ${engines.map(
          ({ engine, decision, rules, problem }) =>
            html`<tr data-engine=${engine}>
              <td>${ENGINES[engine]}</td>
              <td>
                ${decision === undefined ? html`<span class="muted">none</span>` : verdictText(decision)}
              </td>
              <td>${problem === undefined ? ruleIds(rules) : hostileText(problem)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="agreement">${agreement(engines)}</p>`;
}

customElements.define('axtary-simulation-result', SimulationResult);
