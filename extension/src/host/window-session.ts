import { isDeepStrictEqual } from 'node:util';

import { messageOf, type LedgerAnchor, type Params, type ControlProtocol } from '@axtary/protocol';

import type { Signer } from '../approver/review.js';
import { ExtensionError } from '../errors.js';
import { withNewest } from '../model/ledger-window.js';
import type { WindowStore } from '../model/store.js';
import type { ControlCaller } from './control.js';
import type { ProvedSession } from './supervisor.js';

const LEDGER_PAGE = 200;

export interface WindowSessionPorts {
  readonly store: WindowStore;
  /** Keeps a ledger's head. Returns the one kept before, where the new one contradicts it. */
  readonly noteAnchor: (anchor: LedgerAnchor) => Promise<LedgerAnchor | undefined>;
  readonly onContradiction: (before: LedgerAnchor, now: LedgerAnchor) => void;
  readonly onHostLog: (entry: Params<ControlProtocol, 'host/log'>) => void;
  readonly onLog: (message: string) => void;
}

/** What this window has of a proved connection: it fills the store, and lends caller and signer. */
export class WindowSession {
  readonly #ports: WindowSessionPorts;
  #live: { readonly caller: ControlCaller; readonly signer: Signer } | undefined;
  /** Our path of a folder by the one the enforcement host uses, where they differ. */
  readonly #aliases = new Map<string, string>();

  constructor(ports: WindowSessionPorts) {
    this.#ports = ports;
  }

  /** @throws ExtensionError `HOST_UNREACHABLE` while there is no proved connection. */
  get caller(): ControlCaller {
    return this.#required().caller;
  }

  /** @throws ExtensionError `HOST_UNREACHABLE` while there is no proved connection. */
  get signer(): Signer {
    return this.#required().signer;
  }

  /** Takes a proved connection and reads everything anew. */
  async begin(caller: ControlCaller, { key, approver }: ProvedSession): Promise<void> {
    this.#live = { caller, signer: { key, approver: approver.name } };
    this.#listen(caller);
    await Promise.all(this.#ports.store.folders.map(({ folder }) => this.openFolder(folder)));
  }

  /** The connection has gone. */
  end(): void {
    this.#live = undefined;
    this.#ports.store.clearLive();
  }

  /** Has a folder served, and reads what there is of it. A folder that fails does not hold up others. */
  async openFolder(folder: string): Promise<void> {
    const { store, onLog } = this.#ports;
    const caller = this.#live?.caller;
    if (caller === undefined) return;
    try {
      const state = await caller.call('workspaces/open', { workspace: folder });
      this.#aliases.set(state.folder, folder);
      store.update(folder, 'state', { state });
      const { pending } = await caller.call('approvals/list', { workspace: folder });
      store.update(folder, 'pending', { pending });
      const authority = await caller.call('authority/get', { workspace: folder });
      store.update(folder, 'authority', { authority });
      await this.#readLedger(caller, folder);
      await this.#readServers(caller, folder);
    } catch (error) {
      onLog(`${folder}: ${messageOf(error)}`);
    }
  }

  async closeFolder(folder: string): Promise<void> {
    try {
      await this.#live?.caller.call('workspaces/close', { workspace: folder });
    } catch (error) {
      this.#ports.onLog(`${folder}: ${messageOf(error)}`);
    }
  }

  /** A bearer for the gateway, good as long as this connection. */
  async bearer(folder: string): Promise<string> {
    return (await this.caller.call('agents/endpoint', { workspace: folder })).bearer;
  }

  #required(): { readonly caller: ControlCaller; readonly signer: Signer } {
    if (this.#live !== undefined) return this.#live;
    throw new ExtensionError(
      'HOST_UNREACHABLE',
      'the enforcement host is not connected: start it and try again',
    );
  }

  #listen(caller: ControlCaller): void {
    const { store, onHostLog } = this.#ports;
    const isCurrent = (): boolean => this.#live?.caller === caller;
    caller.on('workspace/changed', (state) => {
      const folder = this.#ours(state.folder);
      if (!isCurrent() || folder === undefined) return;
      store.update(folder, 'state', { state });
      this.#inBackground(() => this.#readServers(caller, folder));
    });
    caller.on('approvals/changed', ({ workspace, pending }) => {
      const folder = this.#ours(workspace);
      if (isCurrent() && folder !== undefined) store.update(folder, 'pending', { pending });
    });
    caller.on('authority/changed', (authority) => {
      const folder = this.#ours(authority.workspace);
      if (isCurrent() && folder !== undefined) store.update(folder, 'authority', { authority });
    });
    caller.on('ledger/changed', (change) => {
      const folder = this.#ours(change.workspace);
      if (!isCurrent() || folder === undefined) return;
      this.#inBackground(() => this.#onLedger(caller, folder, change));
    });
    caller.on('host/log', onHostLog);
  }

  #ours(folder: string): string | undefined {
    return this.#aliases.get(folder) ?? this.#ports.store.folder(folder)?.folder;
  }

  #inBackground(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      this.#ports.onLog(messageOf(error));
    });
  }

  async #onLedger(
    caller: ControlCaller,
    folder: string,
    { anchor, items, size }: Params<ControlProtocol, 'ledger/changed'>,
  ): Promise<void> {
    const { store, noteAnchor, onContradiction } = this.#ports;
    const known = store.folder(folder)?.ledger;
    const ledger = known && withNewest(known, items, size);
    if (ledger === undefined) await this.#readLedger(caller, folder);
    else store.update(folder, 'ledger', { ledger });
    const before = await noteAnchor(anchor);
    if (before !== undefined) onContradiction(before, anchor);
  }

  async #readLedger(caller: ControlCaller, folder: string): Promise<void> {
    const ledger = await caller.call('ledger/list', { workspace: folder, limit: LEDGER_PAGE });
    this.#ports.store.update(folder, 'ledger', { ledger });
  }

  async #readServers(caller: ControlCaller, folder: string): Promise<void> {
    const { store } = this.#ports;
    const { servers } = await caller.call('agents/endpoint', { workspace: folder });
    if (isDeepStrictEqual(servers, store.folder(folder)?.servers)) return;
    store.update(folder, 'servers', { servers });
  }
}
