import { css } from 'lit';

/** What fields, chips and bars of the live ledger have in common. */
export const ledgerStyles = css`
  select,
  input {
    font: inherit;
    box-sizing: border-box;
    height: 26px;
    padding: 2px 6px;
    border-radius: 3px;
    color: var(--vscode-input-foreground, inherit);
    background: var(--vscode-input-background, transparent);
    border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
    min-width: 0;
  }
  select {
    color: var(--vscode-dropdown-foreground, inherit);
    background: var(--vscode-dropdown-background, transparent);
    border-color: var(--vscode-dropdown-border, var(--vscode-input-border, transparent));
    max-width: 12em;
    field-sizing: content;
  }
  input::placeholder {
    color: var(--vscode-input-placeholderForeground);
    opacity: 1;
  }
  select:focus-visible,
  input:focus-visible {
    outline-offset: -1px;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  .chip {
    padding: 0 4px 0 8px;
    gap: 4px;
    max-width: 24em;
    border-radius: 10px;
    color: var(--vscode-badge-foreground);
    background: var(--vscode-badge-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
  }
  .chip:hover:not(:disabled) {
    background: var(--vscode-badge-background);
    text-decoration: underline;
  }
  .chip span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  button.quiet {
    padding: 2px 6px;
    border-color: transparent;
    color: inherit;
    background: none;
  }
  button.quiet:hover:not(:disabled) {
    background: var(--vscode-toolbar-hoverBackground);
  }
  button.link {
    padding: 0;
    border: none;
    background: none;
    color: var(--vscode-textLink-foreground);
    text-align: left;
    overflow-wrap: anywhere;
  }
  button.link:hover:not(:disabled) {
    background: none;
    text-decoration: underline;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (forced-colors: active) {
    select,
    input,
    .chip {
      border-color: CanvasText;
    }
    button.link {
      color: LinkText;
    }
  }
`;
