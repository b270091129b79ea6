import type { LedgerChoice } from '@axtary/protocol';

import { isObject } from '../model/is-object.js';

/** What the live ledger is to show of an item of the ledger view: a record, or a call's records. */
export function liveLedgerArgument(node: unknown): {
  readonly choice?: LedgerChoice;
  readonly seq?: number;
} {
  if (!isObject(node) || typeof node['folder'] !== 'string') return {};
  const { folder, item } = node;
  if (isObject(item) && typeof item['seq'] === 'number') {
    return { choice: { folder, filter: {} }, seq: item['seq'] };
  }
  const call = node['node'];
  if (!isObject(call) || call['kind'] !== 'call' || !Array.isArray(call['records'])) {
    return { choice: { folder, filter: {} } };
  }
  const [first] = call['records'].filter(isObject);
  const seq = typeof first?.['seq'] === 'number' ? { seq: first['seq'] } : {};
  const decisionId = first?.['decisionId'];
  const filter = typeof decisionId === 'string' ? { decisionId } : {};
  return { choice: { folder, filter }, ...seq };
}
