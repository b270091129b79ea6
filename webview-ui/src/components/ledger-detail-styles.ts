import { css } from 'lit';

/** The pane with one record. */
export const detailStyles = css`
  article {
    padding: 10px 16px 24px;
  }
  header {
    display: flex;
    align-items: start;
    gap: 8px;
  }
  h1 {
    flex: 1 1 auto;
    font-size: 1.15em;
  }
  h1:focus {
    outline: none;
  }
  h2 {
    font-size: 1em;
    margin-bottom: 6px;
  }
  section {
    margin-top: 16px;
  }
  .bar {
    margin: 10px 0 12px;
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 3px 16px;
    margin: 0 0 8px;
  }
  dt {
    color: var(--vscode-descriptionForeground);
  }
  dd {
    margin: 0;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  ul,
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li {
    padding: 2px 0;
    overflow-wrap: anywhere;
  }
  p {
    margin: 0;
  }
  .mark {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .mark i {
    font: normal 16px / 1 codicon;
  }
  .good i {
    color: var(--vscode-testing-iconPassed, inherit);
  }
  .bad i {
    color: var(--vscode-testing-iconFailed, inherit);
  }
  .warning i {
    color: var(--vscode-list-warningForeground, inherit);
  }
  .diff {
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
    overflow: auto;
    max-height: 60vh;
    tab-size: 4;
  }
  .diff > div {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
    padding: 0 8px;
    border-left: 2px solid transparent;
  }
  .diff .addition {
    background: var(--vscode-diffEditor-insertedLineBackground, transparent);
    border-left-color: var(--vscode-diffEditor-insertedTextBorder, transparent);
  }
  .diff .deletion {
    background: var(--vscode-diffEditor-removedLineBackground, transparent);
    border-left-color: var(--vscode-diffEditor-removedTextBorder, transparent);
  }
  .diff .file {
    font-weight: 600;
  }
  .diff .hunk,
  .diff .note {
    color: var(--vscode-descriptionForeground);
  }
`;
