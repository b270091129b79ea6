import type { PanelChange, PanelImpact } from '@axtary/protocol';
import { html, type TemplateResult } from 'lit';

import { counted, shownTime } from '../model/simulation-texts.js';
import { hostileText } from './runs.js';
import { SimulationEvent } from './simulation-event.js';
import { ruleIds, verdictText } from './verdict-text.js';

type Done = Extract<PanelImpact, { readonly status: 'done' }>;

/** What a draft would change over past actions, in a sentence. */
export function summaryOf({
  considered,
  isCancelled,
  missing,
  newlyAllowed,
  newlyDenied,
  newlyAsked,
  changes,
}: Done): string {
  const over = `${counted(considered, 'past action')}${missing === 0 ? '' : `, and ${missing} whose payload is gone`}`;
  if (isCancelled) return `Cancelled after ${over}: ${changes.length} would end differently.`;
  if (considered === 0) return `There is nothing to compare with: ${over}.`;
  if (changes.length === 0) return `Nothing would have ended differently over ${over}.`;
  const parts = [
    `${newlyAllowed} newly allowed`,
    `${newlyAsked} newly asked`,
    `${newlyDenied} newly denied`,
  ];
  return `Over ${over}: ${parts.join(', ')}.`;
}

/** Past actions that would end in another way, each with its reason. */
export function renderChanges(changes: readonly PanelChange[]): TemplateResult | string {
  if (changes.length === 0) return '';
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Action</th>
          <th scope="col">Then</th>
          <th scope="col">With this draft</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map(renderChange)}
      </tbody>
    </table>
  </div>`;
}

function renderChange(change: PanelChange): TemplateResult {
  const { seq, before, after } = change;
  return html`<tr data-seq=${seq}>
    <td>
      <button
        type="button"
        class="link"
        title="Open ledger record ${seq}"
        @click=${(event: Event) =>
          event.target?.dispatchEvent(new SimulationEvent({ type: 'openRecord', seq }))}
      >
        ${hostileText(change.title)}
      </button>
      <div class="muted">
        ${hostileText(change.agent)} · ${shownTime(change.time, document.documentElement.lang)}
      </div>
    </td>
    <td>
      ${verdictText(before)}
      <div class="muted">${ruleIds(change.beforeRules)}</div>
    </td>
    <td>${verdictText(after)}</td>
    <td>
      ${
        change.reasons.length === 0
          ? 'no rule allows it'
          : change.reasons.map(
              ({ rule, message }) =>
                html`<div><code>${hostileText(rule)}</code> ${hostileText(message)}</div>`,
            )
      }
    </td>
  </tr>`;
}
