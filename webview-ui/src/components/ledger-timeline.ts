import type { LedgerFound } from '@axtary/protocol';
import { LitElement, css, html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

import {
  KINDS,
  KIND_NAMES,
  barsOf,
  countsOf,
  filledSpans,
  rangeOf,
  rangeText,
  type BarPart,
  type RangeCounts,
} from '../model/ledger-timeline.js';
import { ledgerStyles } from './ledger-styles.js';
import { sharedStyles } from './styles.js';

/** RFC 3339, UTC: from this moment, and before that one. */
export interface TimeBounds {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** A range of time was chosen. */
export class RangeEvent extends CustomEvent<TimeBounds> {
  static readonly type = 'axtary-ledger-range';

  constructor(range: TimeBounds) {
    super(RangeEvent.type, { detail: range });
  }
}

/** Records over time, as stacked bars. A click, a drag or Enter confines the list to a range. */
export class LedgerTimeline extends LitElement {
  static override readonly properties = {
    timeline: { attribute: false },
    at: { state: true },
    from: { state: true },
  };
  static override readonly styles = [
    sharedStyles,
    ledgerStyles,
    css`
      .chart {
        position: relative;
        height: 56px;
        border-bottom: 1px solid
          var(--vscode-charts-lines, var(--vscode-contrastBorder, currentColor));
        cursor: crosshair;
        touch-action: none;
      }
      svg {
        display: block;
        width: 100%;
        height: 100%;
      }
      .allow {
        fill: var(--vscode-charts-green);
      }
      .step_up {
        fill: var(--vscode-charts-yellow);
      }
      .deny {
        fill: var(--vscode-charts-red);
      }
      .other {
        fill: var(--vscode-charts-foreground);
        fill-opacity: 0.35;
      }
      .chosen {
        fill: var(--vscode-editor-selectionBackground, Highlight);
        fill-opacity: 0.5;
        stroke: var(--vscode-focusBorder);
        vector-effect: non-scaling-stroke;
      }
      p {
        display: flex;
        flex-wrap: wrap;
        gap: 0 14px;
        margin: 2px 0 0;
        min-height: 1.5em;
      }
      .key {
        display: inline-flex;
        align-items: center;
        gap: 5px;
      }
      .key svg {
        width: 10px;
        height: 10px;
      }
      @media (forced-colors: active) {
        .allow,
        .step_up,
        .deny,
        .other {
          forced-color-adjust: none;
          stroke: CanvasText;
          vector-effect: non-scaling-stroke;
        }
      }
    `,
  ];
  declare timeline: LedgerFound['timeline'];
  /** The span that is pointed at; -1: none. */
  declare at: number;
  /** The span at which a range began; -1: none. */
  declare from: number;

  constructor() {
    super();
    this.at = -1;
    this.from = -1;
  }

  protected override render(): TemplateResult {
    const { timeline } = this;
    const counts = this.#counts();
    const text = rangeText(counts);
    return html`<div
        class="chart"
        role="slider"
        tabindex="0"
        aria-label="Records over time. Arrows move, Shift extends, Enter shows the records of the range."
        aria-valuemin="0"
        aria-valuemax=${Math.max(0, timeline.spans.length - 1)}
        aria-valuenow=${Math.max(0, this.at)}
        aria-valuetext=${text}
        @pointermove=${this.#onPoint}
        @pointerdown=${this.#onDown}
        @pointerup=${this.#onUp}
        @pointerleave=${this.#onLeave}
        @keydown=${this.#onKey}
        @blur=${this.#onLeave}
      >
        ${this.#renderBars()}
      </div>
      ${renderKey(counts)} ${this.#renderTable()}`;
  }

  /** Of the range that is pointed at, or of all. */
  #counts(): RangeCounts {
    const { timeline, at, from } = this;
    if (at < 0) return countsOf(timeline, 0, timeline.spans.length - 1);
    return countsOf(timeline, from < 0 ? at : from, at);
  }

  /** The chart for whoever does not see it. */
  #renderTable(): TemplateResult {
    const { timeline } = this;
    return html`<table class="hidden">
      <caption>
        Records over time
      </caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          ${KINDS.map((kind) => html`<th scope="col">${KIND_NAMES[kind]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${filledSpans(timeline).map(
          (index) =>
            html`<tr>
              <th scope="row">${countsOf(timeline, index, index).range}</th>
              ${KINDS.map((kind) => html`<td>${timeline.spans[index]?.[kind] ?? 0}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #renderBars(): TemplateResult {
    const { spans } = this.timeline;
    return html`<svg
      viewBox="0 0 ${Math.max(1, spans.length)} 1"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      ${this.#renderChosen()} ${barsOf(this.timeline).map(renderBar)}
    </svg>`;
  }

  #renderChosen(): SVGTemplateResult | string {
    if (this.at < 0) return '';
    const from = this.from < 0 ? this.at : this.from;
    const x = Math.min(from, this.at);
    const width = Math.abs(from - this.at) + 1;
    return svg`<rect class="chosen" x=${x} y="0" width=${width} height="1"></rect>`;
  }

  #spanAt({ currentTarget, clientX }: PointerEvent): number {
    const { length } = this.timeline.spans;
    if (!(currentTarget instanceof HTMLElement) || length === 0) return -1;
    const { left, width } = currentTarget.getBoundingClientRect();
    const index = Math.floor(((clientX - left) / width) * length);
    return Math.min(Math.max(0, index), length - 1);
  }

  readonly #onPoint = (event: PointerEvent): void => {
    this.at = this.#spanAt(event);
  };

  readonly #onDown = (event: PointerEvent): void => {
    this.at = this.#spanAt(event);
    this.from = this.at;
    if (event.currentTarget instanceof HTMLElement) {
      event.currentTarget.setPointerCapture(event.pointerId);
    }
  };

  readonly #onUp = (event: PointerEvent): void => {
    this.at = this.#spanAt(event);
    this.#choose();
  };

  readonly #onLeave = (event: Event): void => {
    const isDragging = event instanceof PointerEvent && event.buttons !== 0;
    if (!isDragging) this.#reset();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const { length } = this.timeline.spans;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      if (event.shiftKey) this.from = this.from < 0 ? this.at : this.from;
      else this.from = -1;
      this.at = Math.min(Math.max(0, this.at + step), length - 1);
    } else if (event.key === 'Home' || event.key === 'End') {
      this.at = event.key === 'Home' ? 0 : length - 1;
    } else if (event.key === 'Enter') this.#choose();
    else if (event.key === 'Escape') this.#reset();
    else return;
    event.preventDefault();
  };

  #choose(): void {
    if (this.at < 0) return;
    const from = this.from < 0 ? this.at : this.from;
    const range = rangeOf(this.timeline, from, this.at);
    this.#reset();
    this.dispatchEvent(new RangeEvent(range));
  }

  #reset(): void {
    this.at = -1;
    this.from = -1;
  }
}

/** What the colours stand for, with what is counted of each: never a colour alone. */
function renderKey({ range, kinds }: RangeCounts): TemplateResult {
  return html`<p class="muted" aria-hidden="true">
    <span>${kinds.length === 0 ? `${range}: nothing` : range}</span>
    ${kinds.map(
      ({ kind, text }) =>
        html`<span class="key"
          ><svg viewBox="0 0 1 1">${svg`<rect class=${kind} width="1" height="1"></rect>`}</svg
          >${text}</span
        >`,
    )}
  </p>`;
}

function renderBar(parts: readonly BarPart[], index: number): SVGTemplateResult {
  return svg`${parts.map(
    ({ kind, y, height }) =>
      svg`<rect class=${kind} x=${index + 0.08} y=${y} width="0.84" height=${height}></rect>`,
  )}`;
}

customElements.define('axtary-ledger-timeline', LedgerTimeline);
