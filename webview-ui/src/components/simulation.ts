import {
  toSimulationPanelSchema,
  type FromSimulationPanel,
  type SimulationChoice,
  type SimulationPanel,
  type ToSimulationPanel,
} from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { connectExtension } from '../extension-link.js';
import { counted } from '../model/simulation-texts.js';
import { hostileText } from './runs.js';
import { SimulationEvent } from './simulation-event.js';
import './simulation-impact.js';
import './simulation-result.js';
import { simulationStyles } from './simulation-styles.js';
import './simulation-subject.js';
import { sharedStyles } from './styles.js';

/** The simulation panel: what a draft policy says of an action, and would have said of past ones. */
export class SimulationApp extends LitElement {
  static override readonly properties = { panel: { state: true } };
  static override readonly styles = [
    sharedStyles,
    simulationStyles,
    css`
      main {
        padding: 12px 20px 24px;
      }
      .draft {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-top: 8px;
      }
      .note {
        margin: 6px 0 0;
      }
    `,
  ];
  declare panel: SimulationPanel | undefined;
  readonly #link = connectExtension<ToSimulationPanel, FromSimulationPanel, SimulationChoice>(
    toSimulationPanelSchema,
    ({ panel }) => {
      this.panel = panel;
      this.#link.remember(choiceOf(panel));
    },
  );

  constructor() {
    super();
    this.panel = undefined;
    this.addEventListener(SimulationEvent.type, (event) => {
      if (event instanceof SimulationEvent) this.#link.send(event.detail);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#link.send({ type: 'ready' });
  }

  protected override render(): TemplateResult {
    const { panel } = this;
    if (panel === undefined) return html`<main><p class="muted">Loading…</p></main>`;
    return html`<main>
      <h1>Simulation</h1>
      ${this.#renderDraft(panel)}
      <section aria-labelledby="subject-heading">
        <h2 id="subject-heading">Action</h2>
        <axtary-subject .panel=${panel}></axtary-subject>
      </section>
      <axtary-simulation-result .simulation=${panel.simulation}></axtary-simulation-result>
      <section aria-labelledby="impact-heading">
        <h2 id="impact-heading">Effect on past actions</h2>
        <axtary-impact .impact=${panel.impact} .last=${panel.last}></axtary-impact>
      </section>
    </main>`;
  }

  #renderDraft({ draft, drafts }: SimulationPanel): TemplateResult {
    return html`<div class="draft">
        <label
          >Policy
          <select aria-label="Policy that is simulated" @change=${this.#onDraft}>
            ${draft === undefined ? html`<option value="" selected>none</option>` : ''}
            ${drafts.map(
              ({ id, label }) =>
                html`<option value=${id} .selected=${id === draft?.id}>${label}</option>`,
            )}
          </select></label
        >
        <button type="button" ?disabled=${draft === undefined} @click=${this.#onOpen}>
          <vscode-icon name="go-to-file" aria-hidden="true"></vscode-icon>Edit
        </button>
        <button type="button" @click=${this.#onNew}>
          <vscode-icon name="new-file" aria-hidden="true"></vscode-icon>New draft
        </button>
      </div>
      <p class="note muted">${draftNote(draft)}</p>`;
  }

  readonly #onDraft = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    this.#link.send({ type: 'chooseDraft', id: event.target.value });
  };

  readonly #onOpen = (): void => {
    this.#link.send({ type: 'openDraft' });
  };

  readonly #onNew = (): void => {
    this.#link.send({ type: 'newDraft' });
  };
}

function draftNote(draft: SimulationPanel['draft']): TemplateResult | string {
  if (draft === undefined) return 'Open axtary.yml, or begin a draft.';
  if (draft.errors > 0) {
    return html`${hostileText(draft.label)} has ${counted(draft.errors, 'error')}: see the Problems
    view.`;
  }
  const what = draft.isDraft ? 'A draft' : draft.isDirty ? 'With edits not saved yet' : 'As saved';
  return `${what}. Nothing here is enforced before an approver trusts it.`;
}

function choiceOf({ draft, kind, subject, actionText, last }: SimulationPanel): SimulationChoice {
  return {
    ...(draft === undefined ? {} : { draft: draft.id }),
    kind,
    ...(subject === undefined ? {} : { subject }),
    actionText,
    last,
  };
}

customElements.define('axtary-simulation', SimulationApp);
