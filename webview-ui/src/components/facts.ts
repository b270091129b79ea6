import type { ApprovalPanel } from '@axtary/protocol';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { hostileText } from './runs.js';
import { sharedStyles } from './styles.js';

/** Who asks, for whom, why it needs a human, and what exactly is signed. */
export class FactsView extends LitElement {
  static override readonly properties = { approval: { attribute: false } };
  static override readonly styles = [
    sharedStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 4px 16px;
        margin: 0;
      }
      dt {
        color: var(--vscode-descriptionForeground);
      }
      dd {
        margin: 0;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      ul {
        margin: 0;
        padding-left: 18px;
      }
      @media (max-width: 420px) {
        dl {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];
  declare approval: ApprovalPanel;

  protected override render(): TemplateResult {
    const { approval } = this;
    const { reasons, progress, missing, approvedBy } = approval;
    return html`<dl>
      <dt>Tool</dt>
      <dd><code>${hostileText(approval.tool)}</code></dd>
      <dt>Resource</dt>
      <dd><code>${hostileText(approval.resource)}</code></dd>
      <dt>Agent</dt>
      <dd>${hostileText(approval.agent)}</dd>
      <dt>On behalf of</dt>
      <dd>${hostileText(approval.human)}</dd>
      <dt>Runtime</dt>
      <dd>${hostileText(approval.runtime)}</dd>
      <dt>Task</dt>
      <dd>${hostileText(approval.task)}</dd>
      ${
        approval.summary === ''
          ? ''
          : html`<dt>Says it does</dt>
              <dd>${hostileText(approval.summary)}</dd>`
      }
      <dt>Why you are asked</dt>
      <dd>
        <ul>
          ${reasons.map(
            ({ rule, message }) =>
              html`<li><code>${hostileText(rule)}</code> ${hostileText(message)}</li>`,
          )}
        </ul>
      </dd>
      ${
        progress === '' && missing === ''
          ? ''
          : html`<dt>Approvals</dt>
              <dd class="approvals">
                ${[progress, missing].filter((text) => text !== '').map(hostileLine)}
              </dd>`
      }
      ${
        approvedBy.length === 0
          ? ''
          : html`<dt>Approved by</dt>
              <dd>
                <ul>
                  ${approvedBy.map(
                    ({ name, at }) =>
                      html`<li>${hostileText(name)} <span class="muted">${at}</span></li>`,
                  )}
                </ul>
              </dd>`
      }
    </dl>`;
  }
}

function hostileLine(text: string): TemplateResult {
  return html`<div>${hostileText(text)}</div>`;
}

/** The hashes that a verdict is bound to. */
export class HashesView extends LitElement {
  static override readonly properties = { approval: { attribute: false } };
  static override readonly styles = FactsView.styles;
  declare approval: ApprovalPanel;

  protected override render(): TemplateResult {
    const { payloadHash, actionHash, policyHash, definitionHash } = this.approval;
    return html`<dl>
      <dt>Payload</dt>
      <dd><code>${payloadHash}</code></dd>
      <dt>Action</dt>
      <dd><code>${actionHash}</code></dd>
      <dt>Policy</dt>
      <dd><code>${policyHash}</code></dd>
      ${
        definitionHash === undefined
          ? ''
          : html`<dt>Tool definition</dt>
              <dd><code>${definitionHash}</code></dd>`
      }
    </dl>`;
  }
}

customElements.define('axtary-facts', FactsView);
customElements.define('axtary-hashes', HashesView);
