import { css } from 'lit';

/** The page of the live ledger: it fills its panel, and only its parts scroll. */
export const appStyles = css`
  :host {
    height: 100%;
    container-type: inline-size;
  }
  main {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  .top {
    flex: none;
    padding: 8px 12px;
  }
  axtary-ledger-timeline {
    margin-top: 8px;
  }
  .narrow axtary-ledger-timeline {
    display: none;
  }
  .body {
    flex: 1 1 auto;
    min-height: 0;
    display: grid;
    grid-template: 100% / 100%;
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .with-detail {
    grid-template: 100% / minmax(0, 1fr) minmax(320px, 42%);
  }
  .list {
    position: relative;
    min-width: 0;
    min-height: 0;
  }
  axtary-ledger-list {
    height: 100%;
  }
  aside {
    overflow: auto;
    min-width: 0;
    border-left: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .fresh {
    position: absolute;
    top: 30px;
    left: 50%;
    transform: translateX(-50%);
    z-index: 1;
    border-radius: 12px;
    box-shadow: 0 1px 4px var(--vscode-widget-shadow, transparent);
  }
  .empty {
    padding: 16px;
    margin: 0;
  }
  .list > .empty {
    position: absolute;
    inset: 25px 0 auto;
  }
  .fault {
    display: flex;
    align-items: start;
    gap: 8px;
    padding: 8px 12px;
    color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground));
    background: var(--vscode-inputValidation-errorBackground, transparent);
    border-bottom: 1px solid
      var(--vscode-inputValidation-errorBorder, var(--vscode-contrastBorder, currentColor));
  }
  .fault p {
    flex: 1 1 auto;
    margin: 0;
  }
  .fault vscode-icon {
    color: var(--vscode-errorForeground, inherit);
    flex: none;
  }
  .fault button {
    flex: none;
  }
  footer {
    flex: none;
    padding: 2px 12px;
    color: var(--vscode-descriptionForeground);
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  @container (max-width: 800px) {
    .with-detail {
      grid-template: minmax(0, 2fr) minmax(0, 3fr) / 100%;
    }
    aside {
      border-left: none;
      border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    }
  }
`;
