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

/** Text whose parts between backticks are code. A backtick without its like is a character as any. */
export function wordsText(text: string): TemplateResult {
  const parts = text.split('`');
  const isPaired = parts.length % 2 === 1;
  if (!isPaired) return hostileText(text);
  return html`${parts.map((part, index) =>
    index % 2 === 0 ? hostileText(part) : html`<code>${hostileText(part)}</code>`,
  )}`;
}
