import type { ApprovalSummary, LedgerItem } from '@axtary/protocol';

import { isObject } from '../model/is-object.js';

/** A decision that was made: what a rule is made from, and what is simulated again. */
export type DecisionSource =
  | { readonly folder: string; readonly decisionSeq: number }
  | { readonly folder: string; readonly approvalId: string };

interface Places {
  folderOfApproval(id: string): { readonly folder: string } | undefined;
}

/**
 * Finds the decision behind what a menu or a panel hands over: a record or a call of the ledger
 * view, or an approval request. `undefined`: there is none.
 */
export function decisionSource(argument: unknown, places: Places): DecisionSource | undefined {
  if (!isObject(argument)) return undefined;
  if (isApproval(argument)) {
    const folder = places.folderOfApproval(argument.id)?.folder;
    return folder === undefined ? undefined : { folder, approvalId: argument.id };
  }
  const { folder, item, node } = argument;
  if (typeof folder !== 'string') return undefined;
  const records = isRecord(item) ? [item] : isObject(node) ? recordsOf(node) : [];
  const decided = records.find(({ verdict }) => verdict !== undefined);
  return decided && { folder, decisionSeq: decided.seq };
}

function recordsOf({ records }: Readonly<Record<string, unknown>>): readonly LedgerItem[] {
  return Array.isArray(records) ? records.filter(isRecord) : [];
}

function isRecord(value: unknown): value is LedgerItem {
  return isObject(value) && typeof value['seq'] === 'number' && typeof value['line'] === 'string';
}

function isApproval(value: Readonly<Record<string, unknown>>): value is ApprovalSummary {
  return typeof value['id'] === 'string' && typeof value['actionHash'] === 'string';
}
