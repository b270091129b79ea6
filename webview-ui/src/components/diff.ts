import type { DiffMetadata } from '@axtary/protocol';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { diffRows, type DiffFile, type DiffRow } from '../model/diff-rows.js';
import './end-mark.js';
import { hostileText, renderRuns } from './runs.js';
import { sharedStyles } from './styles.js';

/** Asks for a file's change in the editor's own diff. */
export class OpenDiffEvent extends CustomEvent<{ readonly path: string }> {
  static readonly type = 'axtary-open-diff';

  constructor(path: string) {
    super(OpenDiffEvent.type, { detail: { path }, bubbles: true, composed: true });
  }
}

/** The exact change, file by file. */
export class DiffView extends LitElement {
  static override readonly properties = { diff: { attribute: false }, subject: {} };
  static override readonly styles = [
    sharedStyles,
    css`
      .file {
        border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        border-radius: 4px;
        margin-bottom: 12px;
        overflow: hidden;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 6px 10px;
        background: var(
          --vscode-editorGroupHeader-tabsBackground,
          var(--vscode-textCodeBlock-background)
        );
        border-bottom: 1px solid
          var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
      }
      .head h3 {
        flex: 1 1 auto;
        font-weight: 600;
      }
      .row {
        display: grid;
        grid-template-columns: 5ch 5ch 2ch 1fr;
      }
      .cell {
        padding: 0 4px;
      }
      .number {
        text-align: right;
        color: var(--vscode-editorLineNumber-foreground);
        user-select: none;
      }
      .content {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        tab-size: 4;
        unicode-bidi: isolate;
      }
      .addition {
        background: var(--vscode-diffEditor-insertedLineBackground, transparent);
      }
      .deletion {
        background: var(--vscode-diffEditor-removedLineBackground, transparent);
      }
      .addition .content {
        border-left: 2px solid var(--vscode-diffEditor-insertedTextBorder, transparent);
      }
      .deletion .content {
        border-left: 2px solid var(--vscode-diffEditor-removedTextBorder, transparent);
      }
      .addition .sign,
      .deletion .sign {
        font-weight: 700;
      }
      .hunk .content,
      .no-newline .content {
        color: var(--vscode-descriptionForeground);
      }
      .file-list {
        content-visibility: auto;
        contain-intrinsic-size: auto 2000px;
      }
    `,
  ];
  declare diff: DiffMetadata;
  /** Identifies the request, for the end mark. */
  declare subject: string;

  protected override render(): TemplateResult {
    const { summary, files } = this.diff;
    return html`<p>${hostileText(summary)}</p>
      ${files.map((file) => this.#renderFile(file, files.length > 1))}
      <axtary-end-mark .of=${'diff'} .subject=${this.subject}>End of change</axtary-end-mark>`;
  }

  #renderFile(file: DiffFile, isOneOfMany: boolean): TemplateResult {
    return html`<section class=${isOneOfMany ? 'file file-list' : 'file'}>
      <div class="head">
        <h3 class="mono">${hostileText(file.path)}</h3>
        <span class="muted">${file.status}, +${file.additions} −${file.deletions}</span>
        <button
          type="button"
          @click=${() => {
            this.dispatchEvent(new OpenDiffEvent(file.path));
          }}
        >
          <vscode-icon name="diff"></vscode-icon>Open in diff editor
        </button>
      </div>
      <div role="table" class="mono" aria-label=${`Changes of ${file.path}`}>
        ${diffRows(file).map(renderRow)}
      </div>
    </section>`;
  }
}

function renderRow(row: DiffRow): TemplateResult {
  if (row.type === 'hunk') return renderNote('hunk', hostileText(row.header));
  if (row.type === 'no-newline') return renderNote('no-newline', 'No newline at end of file');
  return html`<div role="row" class="row ${row.type}">
    <span role="cell" class="cell number">${row.oldLine ?? ''}</span
    ><span role="cell" class="cell number">${row.newLine ?? ''}</span
    ><span role="cell" class="cell sign">${row.sign}</span
    ><span role="cell" class="cell content">${renderRuns(row.runs)}</span>
  </div>`;
}

function renderNote(kind: 'hunk' | 'no-newline', content: TemplateResult | string): TemplateResult {
  return html`<div role="row" class="row ${kind}">
    <span role="cell" class="cell"></span><span role="cell" class="cell"></span
    ><span role="cell" class="cell"></span><span role="cell" class="cell content">${content}</span>
  </div>`;
}

customElements.define('axtary-diff', DiffView);
