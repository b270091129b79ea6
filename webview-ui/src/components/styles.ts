import { css } from 'lit';

/** Colours are the theme's only. */
export const sharedStyles = css`
  :host {
    display: block;
  }
  h1,
  h2,
  h3 {
    font-weight: 600;
    margin: 0;
    line-height: 1.35;
  }
  h1 {
    font-size: 1.5em;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 1.1em;
  }
  h3 {
    font-size: 1em;
  }
  code,
  .mono {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-editor-font-size, 12px);
  }
  .muted {
    color: var(--vscode-descriptionForeground);
  }
  .text {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
    unicode-bidi: isolate;
  }
  mark {
    color: var(--vscode-inputValidation-warningForeground, var(--vscode-editor-foreground));
    background: var(--vscode-inputValidation-warningBackground, transparent);
    border: 1px solid
      var(--vscode-inputValidation-warningBorder, var(--vscode-contrastBorder, currentColor));
    border-radius: 3px;
    padding: 0 3px;
    margin: 0 1px;
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 0.85em;
    white-space: nowrap;
    unicode-bidi: isolate;
  }
  button {
    font: inherit;
    padding: 4px 12px;
    border-radius: 4px;
    border: 1px solid var(--vscode-button-border, transparent);
    color: var(--vscode-button-secondaryForeground);
    background: var(--vscode-button-secondaryBackground);
    cursor: pointer;
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  button:hover:not(:disabled) {
    background: var(--vscode-button-secondaryHoverBackground);
  }
  button.primary {
    color: var(--vscode-button-foreground);
    background: var(--vscode-button-background);
  }
  button.primary:hover:not(:disabled) {
    background: var(--vscode-button-hoverBackground);
  }
  button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  button vscode-icon {
    color: inherit;
  }
  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 2px;
  }
  @media (forced-colors: active) {
    mark,
    button {
      border-color: CanvasText;
    }
    button:disabled {
      opacity: 1;
      color: GrayText;
      border-color: GrayText;
    }
  }
`;
