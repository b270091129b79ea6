import { splitVisible, type TextRun } from '@axtary/protocol';
import { html, type TemplateResult } from 'lit';

/** A hidden character, in its place. */
export function hiddenMark(name: string): TemplateResult {
  return html`<mark title=${`Hidden character ${name}`}>${name}</mark>`;
}

/** Runs as text nodes and marks: nothing in them is ever read as markup. */
export function renderRuns(runs: readonly TextRun[]): readonly (TemplateResult | string)[] {
  return runs.map(({ text, hidden }) => (hidden === undefined ? text : hiddenMark(hidden)));
}

/** Text that someone else wrote. Line feeds break the line and are shown as such. */
export function hostileText(text: string): TemplateResult {
  const lines = text.split('\n');
  return html`<span class="text"
    >${lines.map(
      (line, index) =>
        html`${renderRuns(splitVisible(line))}${index < lines.length - 1 ? '↵\n' : ''}`,
    )}</span
  >`;
}
