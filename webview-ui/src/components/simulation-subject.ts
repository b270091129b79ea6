import { SUBJECT_KINDS, type SimulationPanel, type SubjectKind } from '@axtary/protocol';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { SimulationEvent } from './simulation-event.js';
import { simulationStyles } from './simulation-styles.js';
import { sharedStyles } from './styles.js';

const KINDS = {
  ledger: { label: 'Ledger record', empty: 'The ledger has no decision yet.' },
  approval: { label: 'Pending approval', empty: 'Nothing waits for approval.' },
  test: { label: 'Policy test', empty: 'There is no policy test (*.test.yml) in this folder.' },
  action: { label: 'JSON', empty: '' },
} as const satisfies Record<SubjectKind, { readonly label: string; readonly empty: string }>;

/** Text is sent on once it has rested so long, in milliseconds. */
const TYPING_MS = 300;

/** Chooses the action that is simulated. */
export class SubjectView extends LitElement {
  static override readonly properties = { panel: { attribute: false } };
  static override readonly styles = [
    sharedStyles,
    simulationStyles,
    css`
      fieldset {
        border: none;
        margin: 0 0 8px;
        padding: 0;
        display: flex;
        flex-wrap: wrap;
        gap: 4px 16px;
      }
      legend {
        float: left;
        padding: 0;
        margin-right: 4px;
        color: var(--vscode-descriptionForeground);
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      input[type='radio'] {
        accent-color: var(--vscode-focusBorder);
      }
      select {
        width: 100%;
      }
    `,
  ];
  declare panel: SimulationPanel;
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** What was typed and has not come back yet: an echo of earlier text must not replace it. */
  #typed: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  protected override willUpdate(): void {
    if (this.panel.actionText === this.#typed) this.#typed = undefined;
  }

  protected override render(): TemplateResult {
    const { kind } = this.panel;
    return html`<fieldset>
        <legend>Take it from</legend>
        ${SUBJECT_KINDS.map(
          (candidate) =>
            html`<label
              ><input
                type="radio"
                name="kind"
                .checked=${candidate === kind}
                @change=${() => {
                  this.#send({ type: 'chooseKind', kind: candidate });
                }}
              />${KINDS[candidate].label}</label
            >`,
        )}
      </fieldset>
      ${kind === 'action' ? this.#renderText() : this.#renderChoices()}`;
  }

  #renderChoices(): TemplateResult {
    const { kind, choices, subject } = this.panel;
    if (choices.length === 0) return html`<p class="muted">${KINDS[kind].empty}</p>`;
    return html`<select aria-label=${KINDS[kind].label} @change=${this.#onChoice}>
      ${choices.map(
        ({ id, label }) => html`<option value=${id} .selected=${id === subject}>${label}</option>`,
      )}
    </select>`;
  }

  #renderText(): TemplateResult {
    return html`<textarea
      aria-label="Action as JSON"
      spellcheck="false"
      .value=${this.#typed ?? this.panel.actionText}
      @input=${this.#onText}
    ></textarea>`;
  }

  readonly #onChoice = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    this.#send({ type: 'chooseSubject', id: event.target.value });
  };

  readonly #onText = (event: Event): void => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    const { value } = event.target;
    this.#typed = value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#send({ type: 'writeAction', text: value });
    }, TYPING_MS);
  };

  #send(message: SimulationEvent['detail']): void {
    this.dispatchEvent(new SimulationEvent(message));
  }
}

customElements.define('axtary-subject', SubjectView);
