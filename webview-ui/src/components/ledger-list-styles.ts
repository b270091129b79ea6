import { css } from 'lit';

/** A grid whose rows exist only where they are in view. */
export const listStyles = css`
  :host {
    display: block;
    min-height: 0;
    container-type: inline-size;
  }
  .grid {
    display: flex;
    flex-direction: column;
    height: 100%;
    outline: none;
  }
  .grid:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .head,
  .layer > [role='row'] {
    display: grid;
    grid-template-columns:
      9.5em minmax(12em, 3fr) minmax(6em, 1.2fr) minmax(6em, 1.2fr) minmax(6em, 1.2fr)
      11em;
    box-sizing: border-box;
    height: 24px;
    line-height: 24px;
    padding: 0 8px;
    column-gap: 12px;
    width: 100%;
  }
  .head {
    flex: none;
    color: var(--vscode-descriptionForeground);
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .scroller {
    flex: 1 1 auto;
    min-height: 0;
    overflow-x: hidden;
    overflow-y: scroll;
    display: grid;
    grid-template: auto / 100%;
    overscroll-behavior: contain;
  }
  .clip {
    grid-area: 1 / 1;
    position: sticky;
    top: 0;
    align-self: start;
    overflow: hidden;
    contain: strict;
  }
  .spacer {
    grid-area: 1 / 1;
    width: 1px;
  }
  .layer {
    will-change: transform;
  }
  .layer > [role='row'] {
    position: absolute;
    top: 0;
    left: 0;
    cursor: pointer;
    contain: layout paint style;
  }
  .layer > [hidden] {
    display: none;
  }
  .layer > .odd {
    background: var(--vscode-tree-tableOddRowsBackground, transparent);
  }
  .layer > [role='row']:hover {
    background: var(--vscode-list-hoverBackground);
    color: var(--vscode-list-hoverForeground, inherit);
  }
  .layer > [aria-selected='true'] {
    background: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .grid:focus .layer > [aria-selected='true'] {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground, inherit);
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
  }
  .cell {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: pre;
    unicode-bidi: isolate;
  }
  .time {
    font-variant-numeric: tabular-nums;
    color: var(--vscode-descriptionForeground);
  }
  [aria-selected='true'] .time,
  [role='row']:hover .time {
    color: inherit;
  }
  .mark i {
    display: inline-block;
    width: 20px;
    font: normal 16px / 1 codicon;
    vertical-align: -3px;
    text-rendering: auto;
    -webkit-font-smoothing: antialiased;
  }
  i.good {
    color: var(--vscode-testing-iconPassed, inherit);
  }
  i.bad {
    color: var(--vscode-testing-iconFailed, inherit);
  }
  i.warning {
    color: var(--vscode-list-warningForeground, inherit);
  }
  .grid:focus [aria-selected='true'] i {
    color: inherit;
  }
  .group .title {
    font-weight: 600;
  }
  .pending .cell {
    color: var(--vscode-disabledForeground);
  }
  @container (max-width: 860px) {
    .head,
    .layer > [role='row'] {
      grid-template-columns: 9.5em minmax(8em, 3fr) minmax(5em, 1fr) 11em;
    }
    .tool,
    .task {
      display: none;
    }
  }
  @container (max-width: 560px) {
    .head,
    .layer > [role='row'] {
      grid-template-columns: 9.5em minmax(4em, 1fr) 20px;
    }
    .agent {
      display: none;
    }
    .mark span {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .head .mark {
      font-size: 0;
    }
  }
  @media (forced-colors: active) {
    .grid:focus .layer > [aria-selected='true'] {
      outline: 2px solid Highlight;
    }
  }
`;
