import { css } from 'lit';

/** What tables, choices and lists of the simulation panel have in common. */
export const simulationStyles = css`
  section {
    margin-top: 20px;
  }
  h2 {
    margin-bottom: 8px;
  }
  table {
    border-collapse: collapse;
    width: 100%;
  }
  th,
  td {
    text-align: left;
    vertical-align: top;
    padding: 4px 12px 4px 0;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor));
    overflow-wrap: anywhere;
  }
  th {
    color: var(--vscode-descriptionForeground);
    font-weight: normal;
  }
  select,
  textarea {
    font: inherit;
    max-width: 100%;
    padding: 4px 6px;
    border-radius: 4px;
    color: var(--vscode-dropdown-foreground, inherit);
    background: var(--vscode-dropdown-background, transparent);
    border: 1px solid var(--vscode-dropdown-border, var(--vscode-input-border, currentColor));
  }
  textarea {
    box-sizing: border-box;
    width: 100%;
    min-height: 12em;
    resize: vertical;
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-editor-font-size, 12px);
    color: var(--vscode-input-foreground, inherit);
    background: var(--vscode-input-background, transparent);
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .verdict {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    white-space: nowrap;
  }
  .verdict vscode-icon {
    color: inherit;
  }
  .allow vscode-icon {
    color: var(--vscode-testing-iconPassed, inherit);
  }
  .deny vscode-icon {
    color: var(--vscode-testing-iconFailed, inherit);
  }
  .step_up vscode-icon {
    color: var(--vscode-list-warningForeground, inherit);
  }
  button.link {
    padding: 0;
    border: none;
    background: none;
    color: var(--vscode-textLink-foreground);
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-editor-font-size, 12px);
    overflow-wrap: anywhere;
    text-align: left;
  }
  button.link:hover:not(:disabled) {
    background: none;
    text-decoration: underline;
  }
  .error {
    color: var(--vscode-errorForeground);
  }
  @media (forced-colors: active) {
    th,
    td,
    select,
    textarea {
      border-color: CanvasText;
    }
    button.link {
      color: LinkText;
    }
  }
`;
