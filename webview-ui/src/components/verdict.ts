import type { ApprovalPanel } from '@axtary/protocol';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { approveObstacle, denyObstacle, type ReviewProgress } from '../model/answerable.js';
import { sharedStyles } from './styles.js';

/** The reviewer's click. */
export class VerdictEvent extends CustomEvent<{
  readonly verdict: 'approve' | 'deny';
  readonly reason: string;
}> {
  static readonly type = 'axtary-verdict';

  constructor(verdict: 'approve' | 'deny', reason: string) {
    super(VerdictEvent.type, { detail: { verdict, reason }, bubbles: true, composed: true });
  }
}

/** Reason, Approve and Deny. No key of its own answers: only these buttons do. */
export class VerdictBar extends LitElement {
  static override readonly properties = {
    approval: { attribute: false },
    progress: { attribute: false },
    reason: { state: true },
  };
  static override readonly styles = [
    sharedStyles,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
        align-items: end;
      }
      .reason {
        flex: 1 1 260px;
        min-width: 0;
      }
      label {
        display: block;
        margin-bottom: 2px;
      }
      textarea {
        box-sizing: border-box;
        width: 100%;
        resize: vertical;
        padding: 4px 6px;
        font: inherit;
        border-radius: 4px;
        color: var(--vscode-input-foreground, inherit);
        background: var(--vscode-input-background, transparent);
        border: 1px solid
          var(--vscode-input-border, var(--vscode-settings-textInputBorder, currentColor));
      }
      .buttons {
        display: flex;
        gap: 8px;
      }
      .why {
        margin: 6px 0 0;
        min-height: 1.5em;
      }
    `,
  ];
  declare approval: ApprovalPanel;
  declare progress: ReviewProgress;
  declare reason: string;

  constructor() {
    super();
    this.reason = '';
  }

  /** Another request: what was typed belongs to the one before. */
  clear(): void {
    this.reason = '';
  }

  protected override render(): TemplateResult {
    const obstacle = approveObstacle(this.approval, this.progress);
    const cannotDeny = denyObstacle(this.approval, this.progress) !== undefined;
    return html`<div class="bar">
        <div class="reason">
          <label for="reason"
            >Reason <span class="muted">(a denial's reason is told to the agent)</span></label
          >
          <textarea
            id="reason"
            rows="2"
            maxlength="4096"
            .value=${this.reason}
            @input=${this.#onInput}
          ></textarea>
        </div>
        <div class="buttons">
          <button
            type="button"
            ?disabled=${cannotDeny}
            @click=${() => {
              this.#answer('deny');
            }}
          >
            <vscode-icon name="circle-slash"></vscode-icon>Deny
          </button>
          <button
            type="button"
            class="primary"
            aria-describedby="why"
            ?disabled=${obstacle !== undefined}
            @click=${() => {
              this.#answer('approve');
            }}
          >
            <vscode-icon name="check"></vscode-icon>Approve
          </button>
        </div>
      </div>
      <p class="why muted" id="why">
        ${obstacle ?? 'Approving signs the hash of what you see: this call, once.'}
      </p>`;
  }

  readonly #onInput = (event: Event): void => {
    const { target } = event;
    if (target instanceof HTMLTextAreaElement) this.reason = target.value;
  };

  #answer(verdict: 'approve' | 'deny'): void {
    this.dispatchEvent(new VerdictEvent(verdict, this.reason.trim()));
  }
}

customElements.define('axtary-verdict', VerdictBar);
