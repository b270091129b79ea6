import {
  toReviewPanelSchema,
  type FromReviewPanel,
  type PolicyReviewPanel,
  type ToReviewPanel,
} from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, css, html, type TemplateResult } from 'lit';

import { connectExtension } from '../extension-link.js';
import { DIRECTIONS } from '../model/simulation-texts.js';
import { renderChanges, summaryOf } from './impact-table.js';
import { hostileText, wordsText } from './runs.js';
import { SimulationEvent } from './simulation-event.js';
import { simulationStyles } from './simulation-styles.js';
import { sharedStyles } from './styles.js';

type Difference = PolicyReviewPanel['differences'][number];

/** What a policy proposal means, beside its text diff. It informs; trust is given elsewhere. */
export class PolicyReviewApp extends LitElement {
  static override readonly properties = { review: { state: true } };
  static override readonly styles = [
    sharedStyles,
    simulationStyles,
    css`
      main {
        padding: 12px 20px 24px;
      }
      .overall {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 1.15em;
        font-weight: 600;
        margin: 8px 0 0;
      }
      .overall vscode-icon,
      .direction vscode-icon {
        color: inherit;
      }
      .loosens > vscode-icon,
      .unclear > vscode-icon {
        color: var(--vscode-list-warningForeground, inherit);
      }
      .tightens > vscode-icon {
        color: var(--vscode-testing-iconPassed, inherit);
      }
      li {
        padding: 8px 0;
        border-bottom: 1px solid
          var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
      }
      .direction {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        font-weight: 600;
      }
      p {
        margin: 4px 0;
        overflow-wrap: anywhere;
      }
      .scroll {
        overflow-x: auto;
      }
    `,
  ];
  declare review: PolicyReviewPanel | undefined;
  readonly #link = connectExtension<ToReviewPanel, FromReviewPanel, never>(
    toReviewPanelSchema,
    ({ review }) => {
      this.review = review;
    },
  );

  constructor() {
    super();
    this.review = undefined;
    this.addEventListener(SimulationEvent.type, (event) => {
      if (!(event instanceof SimulationEvent)) return;
      if (event.detail.type === 'openRecord') this.#link.send(event.detail);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#link.send({ type: 'ready' });
  }

  protected override render(): TemplateResult {
    const { review } = this;
    if (review === undefined) return html`<main><p class="muted">Comparing…</p></main>`;
    return html`<main>
      <h1>What the change means</h1>
      <p class="muted">
        Policy of ${hostileText(review.folder)}, <code>${review.proposedHash.slice(0, 19)}</code>
      </p>
      ${review.problem === undefined ? renderReview(review) : problem(review.problem)}
    </main>`;
  }
}

function problem(text: string): TemplateResult {
  return html`<p class="error" role="alert">
    What the change means could not be computed: ${hostileText(text)}. Read the text before you
    trust it.
  </p>`;
}

function renderReview(review: PolicyReviewPanel): TemplateResult {
  const { differences, impact } = review;
  return html`${renderOverall(review)}
    <section aria-labelledby="differences-heading">
      <h2 id="differences-heading">Differences</h2>
      ${
        differences.length === 0
          ? html`<p class="muted">
              Nothing that is decided differs: only comments, order or spelling do.
            </p>`
          : html`<ul>
              ${byWeight(differences).map(renderDifference)}
            </ul>`
      }
    </section>
    <section aria-labelledby="effect-heading">
      <h2 id="effect-heading">Effect on past actions</h2>
      ${renderImpact(impact)}
    </section>`;
}

function renderOverall({ direction, isFirst }: PolicyReviewPanel): TemplateResult {
  const { icon, overall } = DIRECTIONS[direction];
  return html`<p class="overall ${direction}" role="status" data-direction=${direction}>
      <vscode-icon name=${icon} aria-hidden="true"></vscode-icon>${overall}
    </p>
    ${
      isFirst ? html`<p class="muted">Nothing is enforced yet: now every call is denied.</p>` : ''
    }`;
}

/** What lets more through comes first. */
function byWeight(differences: readonly Difference[]): Difference[] {
  const weight = { loosens: 0, unclear: 1, tightens: 2, neutral: 3 } as const;
  return [...differences].sort((a, b) => weight[a.direction] - weight[b.direction]);
}

function renderDifference(difference: Difference): TemplateResult {
  const { direction, change, subject, name, words, before, after } = difference;
  const { icon, text } = DIRECTIONS[direction];
  return html`<li data-direction=${direction} data-name=${name}>
    <span class="direction ${direction}"
      ><vscode-icon name=${icon} aria-hidden="true"></vscode-icon>${text}</span
    >
    <span class="muted">${subject} ${change}</span> <code>${hostileText(name)}</code>
    <p>${wordsText(words)}</p>
    ${renderSide('Before', before, words)} ${renderSide('After', after, words)}
  </li>`;
}

/** A side that only repeats the difference's words is left out. */
function renderSide(
  label: string,
  side: string | undefined,
  words: string,
): TemplateResult | string {
  if (side === undefined || side === words) return '';
  return html`<p class="muted">${label}: ${wordsText(side)}</p>`;
}

function renderImpact(impact: PolicyReviewPanel['impact']): TemplateResult {
  switch (impact.status) {
    case 'idle':
      return html`<p class="muted">Nothing to compare.</p>`;
    case 'running':
      return html`<p class="muted" role="status">Deciding past actions anew…</p>`;
    case 'failed':
      return html`<p class="error" role="status">${hostileText(impact.message)}</p>`;
    case 'done':
      return html`<p role="status" class="summary">${summaryOf(impact)}</p>
        ${renderChanges(impact.changes)}`;
  }
}

customElements.define('axtary-policy-review', PolicyReviewApp);
