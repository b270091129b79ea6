import type { BodyOf, LedgerRecord } from '../record/records.js';
import type { ExportSelection } from './export-format.js';

/** Ids of calls that are remembered, so that what follows a selected decision is selected too. */
const MAX_REMEMBERED = 1_000_000;

/** Selects records of a ledger, in order: by time and type, and by what their call is about. */
export class Selection {
  readonly #select: ExportSelection;
  readonly #decisions = new Set<string>();
  readonly #intents = new Set<string>();

  constructor(select: ExportSelection) {
    this.#select = select;
  }

  has(record: LedgerRecord): boolean {
    const { types, since = '', until = '\uffff' } = this.#select;
    const isOfCall = this.#isOfCall(record);
    if (record.ts < since || record.ts >= until) return false;
    return isOfCall && (types === undefined || types.includes(record.type));
  }

  #isOfCall(record: LedgerRecord): boolean {
    if (!this.#select.agents && !this.#select.tools) return true;
    switch (record.type) {
      case 'decision':
        return this.#isSelected(record.body);
      case 'approval':
      case 'pass':
        return this.#decisions.has(record.body.decisionId);
      case 'intent':
        return (
          this.#decisions.has(record.body.decisionId) &&
          remember(this.#intents, record.body.intentId)
        );
      case 'outcome':
      case 'reconciliation':
        return this.#intents.has(record.body.intentId);
      default:
        return false;
    }
  }

  #isSelected({ action, decisionId }: BodyOf<'decision'>): boolean {
    if (!action) return false;
    const { agents, tools } = this.#select;
    const isAgent = !agents || agents.includes(action.actor.agent);
    const isTool = !tools || tools.includes(action.capability.tool);
    return isAgent && isTool && remember(this.#decisions, decisionId);
  }
}

function remember(ids: Set<string>, id: string): true {
  if (ids.size < MAX_REMEMBERED) ids.add(id);
  return true;
}
