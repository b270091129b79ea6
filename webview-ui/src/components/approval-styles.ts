import { css } from 'lit';

/** Layout of the panel: what is read scrolls, what answers stays below it. */
export const approvalStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100vh;
  }
  main {
    flex: 1 1 auto;
    overflow-y: auto;
    min-height: 0;
    padding: 0 20px 16px;
  }
  main:focus {
    outline: none;
  }
  h1:focus {
    outline: none;
  }
  header {
    padding: 12px 0 4px;
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    align-items: center;
    gap: 4px 16px;
    margin-bottom: 4px;
  }
  section {
    margin-top: 18px;
  }
  h2 {
    margin-bottom: 8px;
  }
  .titled {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    align-items: center;
    gap: 4px 12px;
    margin-bottom: 8px;
  }
  .titled h2 {
    margin: 0;
  }
  footer {
    flex: none;
    padding: 10px 20px;
    background: var(--vscode-sideBar-background, var(--vscode-editor-background));
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor));
  }
  .error,
  .outcome {
    display: flex;
    align-items: center;
    gap: 8px;
    margin: 0 0 8px;
  }
  .outcome {
    margin: 0;
    font-weight: 600;
  }
  .error {
    color: var(--vscode-errorForeground);
  }
  .empty {
    padding: 20px;
  }
`;
