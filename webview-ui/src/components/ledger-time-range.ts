import type { LedgerFilter } from '@axtary/protocol';
import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';

import { nowMs } from '../clock.js';
import { TIME_RANGES, fieldTime, rangeOfFields } from '../model/ledger-filter.js';
import { rowTime } from '../model/ledger-texts.js';
import { ledgerStyles } from './ledger-styles.js';
import { RangeEvent } from './ledger-timeline.js';
import { sharedStyles } from './styles.js';

type Bounds = Pick<LedgerFilter, 'since' | 'until'>;

/** From when on, and until when: one of a few ranges, or two times of one's own. */
export class LedgerTimeRange extends LitElement {
  static override readonly properties = {
    bounds: { attribute: false },
    isCustom: { state: true },
  };
  static override readonly styles = [
    sharedStyles,
    ledgerStyles,
    css`
      :host {
        display: contents;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }
      .fields {
        display: inline-flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      /* The picture in the field is the browser's own. */
      :host-context(.vscode-dark) input,
      :host-context(.vscode-high-contrast:not(.vscode-high-contrast-light)) input {
        color-scheme: dark;
      }
    `,
  ];
  declare bounds: Bounds;
  declare isCustom: boolean;

  constructor() {
    super();
    this.bounds = {};
    this.isCustom = false;
  }

  /** Whoever has asked for fields goes on in the first of them. */
  protected override updated(changed: PropertyValues): void {
    if (changed.get('isCustom') === false && this.isCustom) {
      this.renderRoot.querySelector('input')?.focus();
    }
  }

  protected override render(): TemplateResult {
    const { since, until } = this.bounds;
    const isAll = since === undefined && until === undefined;
    return html`<select aria-label="Time range" @change=${this.#onSelect}>
        <option value="all" .selected=${isAll && !this.isCustom}>All time</option>
        ${TIME_RANGES.map(({ name, ms }) => html`<option value=${ms}>${name}</option>`)}
        <option value="custom" .selected=${this.isCustom}>Custom…</option>
        ${isAll || this.isCustom ? '' : renderCurrent(this.bounds)}
      </select>
      ${this.isCustom ? this.#renderFields() : ''}`;
  }

  #renderFields(): TemplateResult {
    const field = (name: string, label: string, time: string | undefined): TemplateResult =>
      html`<label
        >${label}
        <input
          type="datetime-local"
          step="1"
          name=${name}
          .value=${fieldTime(time)}
          @change=${this.#onField}
      /></label>`;
    const { since, until } = this.bounds;
    return html`<span class="fields"
      >${field('since', 'From', since)} ${field('until', 'before', until)}</span
    >`;
  }

  readonly #onSelect = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement) || target.value === '') return;
    const { value } = target;
    this.isCustom = value === 'custom';
    if (value === 'all') this.#choose({});
    else if (value !== 'custom') {
      this.#choose({ since: new Date(nowMs() - Number(value)).toISOString() });
    }
  };

  readonly #onField = (): void => {
    const valueOf = (name: string): string =>
      this.renderRoot.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? '';
    this.#choose(rangeOfFields(valueOf('since'), valueOf('until')));
  };

  #choose(bounds: Bounds): void {
    this.dispatchEvent(new RangeEvent(bounds));
  }
}

function renderCurrent({ since, until }: Bounds): TemplateResult {
  return html`<option value="" .selected=${true}>
    ${since === undefined ? '…' : rowTime(since)} – ${until === undefined ? 'now' : rowTime(until)}
  </option>`;
}

customElements.define('axtary-ledger-time', LedgerTimeRange);
