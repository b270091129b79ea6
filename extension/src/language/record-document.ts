import type { LedgerItem } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import { prettyRecord } from '../ledger/find-record.js';
import type { WindowStore } from '../model/store.js';

const PATH = /^\/([^/]+)\/record-(\d+)\.json$/;

/** The document of a ledger record, whether it has been read already or not. */
export function recordUri(folder: string, seq: number): vscode.Uri {
  const path = `/${encodeURIComponent(`${folder}#${seq}`)}/record-${seq}.json`;
  return vscode.Uri.from({ scheme: 'axtary-record', path });
}

/** Text of a record's document that nobody has put there yet. */
export async function recordText(
  uri: vscode.Uri,
  store: WindowStore,
  caller: () => ControlCaller,
): Promise<string | undefined> {
  const match = PATH.exec(uri.path);
  if (uri.scheme !== 'axtary-record' || match === null) return undefined;
  const [, key = '', number = ''] = match;
  const folder = decodeURIComponent(key).replace(/#\d+$/, '');
  if (store.folder(folder) === undefined || store.host.kind !== 'ready') return undefined;
  const item = await recordItem(caller(), folder, Number(number));
  return item && prettyRecord(item.line);
}

/** One record of a ledger. `undefined`: it has none of this number. */
export async function recordItem(
  caller: ControlCaller,
  folder: string,
  seq: number,
): Promise<LedgerItem | undefined> {
  const page = { workspace: folder, before: seq + 1, limit: 1 };
  const { items } = await caller.call('ledger/list', page);
  return items.find((item) => item.seq === seq);
}
