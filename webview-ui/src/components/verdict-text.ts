import type { PanelTrace } from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, type TemplateResult } from 'lit';

import { VERDICTS } from '../model/simulation-texts.js';
import { hostileText } from './runs.js';

/** A verdict: its icon has a shape of its own, its words say the same. */
export function verdictText(verdict: PanelTrace['effect']): TemplateResult {
  return withIcon(verdict, VERDICTS[verdict].text);
}

/** What a rule does where it holds. */
export function effectText(effect: PanelTrace['effect']): TemplateResult {
  return withIcon(effect, VERDICTS[effect].effect);
}

function withIcon(verdict: PanelTrace['effect'], text: string): TemplateResult {
  return html`<span class="verdict ${verdict}"
    ><vscode-icon name=${VERDICTS[verdict].icon} aria-hidden="true"></vscode-icon>${text}</span
  >`;
}

/** Rule ids, separated by commas. */
export function ruleIds(rules: readonly string[]): TemplateResult {
  if (rules.length === 0) return html`<span class="muted">no rule (default deny)</span>`;
  return html`${rules.map(
    (rule, index) => html`${index === 0 ? '' : ', '}<code>${hostileText(rule)}</code>`,
  )}`;
}
