import { LitElement, css, html, type TemplateResult } from 'lit';

import {
  countHidden,
  payloadLines,
  type PayloadLine,
  type PayloadRun,
} from '../model/payload-lines.js';
import './end-mark.js';
import { hiddenMark } from './runs.js';
import { sharedStyles } from './styles.js';

/** Lines that the browser may skip laying out together while they are off screen. */
const CHUNK = 200;

/** The whole payload, never cut. */
export class PayloadView extends LitElement {
  static override readonly properties = { payloadText: {}, subject: {} };
  static override readonly styles = [
    sharedStyles,
    css`
      .box {
        border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        border-radius: 4px;
        padding: 6px 0;
        background: var(--vscode-textCodeBlock-background);
      }
      .line {
        display: grid;
        grid-template-columns: 4ch 1fr;
        column-gap: 12px;
      }
      .number {
        text-align: right;
        color: var(--vscode-editorLineNumber-foreground);
        user-select: none;
      }
      .content {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        padding-right: 8px;
      }
      .continued .content {
        border-left: 2px solid var(--vscode-editorIndentGuide-activeBackground1, currentColor);
        padding-left: 8px;
      }
      .content span {
        unicode-bidi: isolate;
      }
      .key {
        color: var(--vscode-symbolIcon-propertyForeground, inherit);
        font-weight: 600;
      }
      .string {
        color: var(--vscode-debugTokenExpression-string, inherit);
      }
      .atom {
        color: var(--vscode-debugTokenExpression-number, inherit);
      }
      .escape {
        color: var(--vscode-descriptionForeground);
      }
      .chunk {
        content-visibility: auto;
        contain-intrinsic-size: auto 3600px;
      }
      .warning {
        margin: 0 0 6px;
      }
    `,
  ];
  declare payloadText: string;
  /** Identifies the request, for the end mark. */
  declare subject: string;

  protected override render(): TemplateResult {
    const lines = payloadLines(this.payloadText);
    const hidden = countHidden(lines);
    return html`${
        hidden === 0
          ? ''
          : html`<p class="warning" role="note">
              ${hidden} hidden or control ${hidden === 1 ? 'character is' : 'characters are'} marked
              like ${hiddenMark('U+202E')}.
            </p>`
      }
      <div class="box mono" role="group" aria-label="Payload">
        ${chunksOf(lines).map(renderChunk)}
      </div>
      <axtary-end-mark .of=${'payload'} .subject=${this.subject}>End of payload</axtary-end-mark>`;
  }
}

function chunksOf(lines: readonly PayloadLine[]): (readonly PayloadLine[])[] {
  const chunks: (readonly PayloadLine[])[] = [];
  for (let at = 0; at < lines.length; at += CHUNK) chunks.push(lines.slice(at, at + CHUNK));
  return chunks;
}

function renderChunk(
  lines: readonly PayloadLine[],
  _index: number,
  all: readonly unknown[],
): TemplateResult {
  return html`<div class=${all.length > 1 ? 'chunk' : ''}>${lines.map(renderLine)}</div>`;
}

function renderLine({ number, indent, runs }: PayloadLine): TemplateResult {
  return html`<div class=${number === undefined ? 'line continued' : 'line'}>
    <span class="number" aria-hidden="true">${number ?? ''}</span
    ><span class="content">${' '.repeat(indent * 2)}${runs.map(renderRun)}</span>
  </div>`;
}

function renderRun({ kind, text }: PayloadRun): TemplateResult {
  return kind === 'hidden' ? hiddenMark(text) : html`<span class=${kind}>${text}</span>`;
}

customElements.define('axtary-payload', PayloadView);
