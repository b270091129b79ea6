import {
  LEDGER_GROUPS,
  type LedgerChoice,
  type LedgerFilter,
  type LedgerPanel,
} from '@axtary/protocol';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { LitElement, css, html, type TemplateResult } from 'lit';

import {
  chipsOf,
  inRange,
  isEmpty,
  toggled,
  valueText,
  withText,
  type FilterList,
} from '../model/ledger-filter.js';
import { GROUP_NAMES, STATUS_NAMES } from '../model/ledger-texts.js';
import { LedgerEvent } from './ledger-event.js';
import { ledgerStyles } from './ledger-styles.js';
import './ledger-time-range.js';
import { RangeEvent } from './ledger-timeline.js';
import { sharedStyles } from './styles.js';

/** How long typing rests before it is searched for. */
const SEARCH_MS = 250;
const VERDICTS = ['allow', 'step_up', 'deny'] as const;

/** Says which records are shown, and how they are grouped. */
export class LedgerFilterBar extends LitElement {
  static override readonly properties = {
    panel: { attribute: false },
    areListsShown: { state: true },
  };
  static override readonly styles = [
    sharedStyles,
    ledgerStyles,
    css`
      .bar + .bar {
        margin-top: 6px;
      }
      .search {
        flex: 1 1 16em;
        max-width: 36em;
      }
      .search input {
        width: 100%;
      }
      :host {
        container-type: inline-size;
      }
      .lists {
        display: contents;
      }
      .toggle {
        display: none;
      }
      @container (max-width: 560px) {
        .search {
          flex-basis: 8em;
        }
        .toggle {
          display: inline-flex;
        }
        .lists.closed {
          display: none;
        }
      }
    `,
  ];
  declare panel: LedgerPanel;
  /** Where there is little room, lists are shown only when they are asked for. */
  declare areListsShown: boolean;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.areListsShown = false;
  }

  /** Puts the cursor into the search field. */
  focusSearch(): void {
    const input = this.renderRoot.querySelector('input');
    input?.focus();
    input?.select();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  /** What is being typed is never replaced by what was typed a moment ago. */
  protected override updated(): void {
    const input = this.renderRoot.querySelector('input');
    if (input !== null && !input.matches(':focus')) {
      input.value = this.panel.choice.filter.text ?? '';
    }
  }

  protected override render(): TemplateResult {
    const { known } = this.panel;
    return html`<div class="bar" role="search" aria-label="Filter the records">
        <label class="search"
          ><span class="hidden">Search in records</span>
          <input
            type="search"
            placeholder="Search in records ( / )"
            maxlength="1024"
            spellcheck="false"
            @input=${this.#onType}
            @keydown=${this.#onSearchKey}
        /></label>
        <button
          type="button"
          class="quiet toggle"
          aria-expanded=${this.areListsShown}
          @click=${this.#onToggle}
        >
          <vscode-icon name="filter" aria-hidden="true"></vscode-icon>Filters
        </button>
        <div class=${this.areListsShown ? 'lists' : 'lists closed'}>
          ${this.#renderFolders()} ${this.#renderList('Verdict', 'verdicts', VERDICTS)}
          ${this.#renderList('Outcome', 'statuses', STATUS_NAMES)}
          ${this.#renderList('Type', 'types', known.types)}
          ${this.#renderList('Agent', 'agents', known.agents)}
          ${this.#renderList('Tool', 'tools', known.tools)}
          ${this.#renderList('Task', 'tasks', known.tasks)}
          <axtary-ledger-time
            .bounds=${this.panel.choice.filter}
            @axtary-ledger-range=${this.#onTime}
          ></axtary-ledger-time>
          ${this.#renderGroup()} ${this.#renderSaved()}
        </div>
      </div>
      ${this.#renderChips()}`;
  }

  #renderFolders(): TemplateResult | string {
    const { folders, choice } = this.panel;
    if (folders.length < 2) return '';
    return html`<select aria-label="Folder" @change=${this.#onFolder}>
      ${folders.map(
        ({ id, label }) =>
          html`<option value=${id} .selected=${id === choice.folder}>${label}</option>`,
      )}
    </select>`;
  }

  /** A field to add a value from; what is chosen stands as a chip below. */
  #renderList(name: string, list: FilterList, values: readonly string[]): TemplateResult | string {
    const chosen: readonly string[] = this.panel.choice.filter[list] ?? [];
    const left = values.filter((value) => !chosen.includes(value));
    if (values.length === 0) return '';
    return html`<select
      aria-label=${`Filter by ${name.toLowerCase()}`}
      data-list=${list}
      @change=${this.#onValue}
    >
      <option value="" .selected=${true}>${name}</option>
      ${left.map((value) => html`<option value=${value}>${valueText(list, value)}</option>`)}
    </select>`;
  }

  #renderGroup(): TemplateResult {
    const { group } = this.panel.choice;
    return html`<select aria-label="Group by" @change=${this.#onGroup}>
      <option value="" .selected=${group === undefined}>No groups</option>
      ${LEDGER_GROUPS.map(
        (name) =>
          html`<option value=${name} .selected=${name === group}>
            By ${GROUP_NAMES[name].toLowerCase()}
          </option>`,
      )}
    </select>`;
  }

  #renderSaved(): TemplateResult {
    const { saved } = this.panel;
    return html`<select aria-label="Saved filters" @change=${this.#onSaved}>
      <option value="" .selected=${true}>Saved filters</option>
      ${saved.map(({ name }, index) => html`<option value=${index}>${name}</option>`)}
      <option value="save">Save this filter…</option>
      ${saved
        .filter(({ isPreset }) => !isPreset)
        .map(({ name }) => html`<option value=${`delete ${name}`}>Delete “${name}”</option>`)}
    </select>`;
  }

  #renderChips(): TemplateResult | string {
    const { filter } = this.panel.choice;
    if (isEmpty(filter)) return '';
    return html`<div class="bar" role="group" aria-label="Filters that apply">
      ${chipsOf(filter).map(
        ({ label, without }) =>
          html`<button
            type="button"
            class="chip"
            aria-label=${`Remove filter ${label}`}
            title=${label}
            @click=${() => {
              this.#choose(without);
            }}
          >
            <span>${label}</span><vscode-icon name="close" size="14"></vscode-icon>
          </button>`,
      )}
      <button type="button" class="quiet" @click=${this.#onClear}>
        <vscode-icon name="clear-all" aria-hidden="true"></vscode-icon>Clear all
      </button>
    </div>`;
  }

  readonly #onToggle = (): void => {
    this.areListsShown = !this.areListsShown;
  };

  readonly #onType = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#choose(withText(this.panel.choice.filter, target.value));
    }, SEARCH_MS);
  };

  readonly #onSearchKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !(event.target instanceof HTMLInputElement)) return;
    event.stopPropagation();
    event.target.value = '';
    this.#choose(withText(this.panel.choice.filter, ''));
  };

  readonly #onFolder = (event: Event): void => {
    const { choice } = this.panel;
    this.#send({ folder: valueOf(event), filter: choice.filter, ...groupIn(choice) });
  };

  readonly #onValue = (event: Event): void => {
    const { target } = event;
    if (!(target instanceof HTMLSelectElement)) return;
    const list = FILTER_LISTS.find((name) => name === target.dataset['list']);
    const { value } = target;
    target.selectedIndex = 0;
    if (list !== undefined && value !== '') {
      this.#choose(toggled(this.panel.choice.filter, list, value));
    }
  };

  readonly #onTime = (event: Event): void => {
    if (event instanceof RangeEvent) this.#choose(inRange(this.panel.choice.filter, event.detail));
  };

  readonly #onGroup = (event: Event): void => {
    const { folder, filter } = this.panel.choice;
    const group = LEDGER_GROUPS.find((name) => name === valueOf(event));
    this.#send({
      ...(folder === undefined ? {} : { folder }),
      filter,
      ...(group === undefined ? {} : { group }),
    });
  };

  readonly #onSaved = (event: Event): void => {
    const value = valueOf(event);
    if (event.target instanceof HTMLSelectElement) event.target.selectedIndex = 0;
    if (value === '') return;
    if (value === 'save') this.dispatchEvent(new LedgerEvent({ type: 'saveFilter' }));
    else if (value.startsWith('delete ')) {
      const name = value.slice('delete '.length);
      this.dispatchEvent(new LedgerEvent({ type: 'deleteFilter', name }));
    } else {
      const saved = this.panel.saved[Number(value)];
      const { folder } = this.panel.choice;
      if (saved === undefined) return;
      this.#send({
        ...(folder === undefined ? {} : { folder }),
        filter: saved.filter,
        ...groupIn(saved),
      });
    }
  };

  readonly #onClear = (): void => {
    this.#choose({});
  };

  #choose(filter: LedgerFilter): void {
    clearTimeout(this.#typing);
    const { folder, group, opened } = this.panel.choice;
    this.#send({
      ...(folder === undefined ? {} : { folder }),
      filter,
      ...(group === undefined ? {} : { group }),
      ...(opened === undefined ? {} : { opened }),
    });
  }

  #send(choice: LedgerChoice): void {
    this.dispatchEvent(new LedgerEvent({ type: 'choose', choice }));
  }
}

const FILTER_LISTS: readonly FilterList[] = [
  'types',
  'verdicts',
  'statuses',
  'agents',
  'tools',
  'tasks',
];

function groupIn({ group }: Pick<LedgerChoice, 'group'>): Pick<LedgerChoice, 'group'> {
  return group === undefined ? {} : { group };
}

function valueOf({ target }: Event): string {
  return target instanceof HTMLSelectElement ? target.value : '';
}

customElements.define('axtary-ledger-filter', LedgerFilterBar);
