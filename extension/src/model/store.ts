import type { ApprovalSummary, AuthorityState, LedgerItem, WorkspaceState } from '@axtary/protocol';

import type { HostStatus } from './host-status.js';

/** An MCP server as the gateway offers it to this window. */
export interface GatewayServer {
  readonly name: string;
  readonly url: string;
  readonly version: string;
}

/** The newest records of a ledger without a gap, newest first. */
export interface LedgerWindow {
  readonly items: readonly LedgerItem[];
  /** Records in the whole ledger. */
  readonly size: number;
}

/** What this window shows of one folder. */
export interface FolderModel {
  /** Absolute path. */
  readonly folder: string;
  readonly name: string;
  readonly state?: WorkspaceState;
  readonly pending: readonly ApprovalSummary[];
  readonly ledger: LedgerWindow;
  readonly servers: readonly GatewayServer[];
  /** Keys, revocations, budgets and delegations, as far as they are known. */
  readonly authority: AuthorityState | undefined;
}

export type StoreChange = 'host' | 'folders' | FolderChange | 'ledger-filter';
type FolderChange = 'state' | 'pending' | 'ledger' | 'servers' | 'authority';

const EMPTY_LEDGER: LedgerWindow = { items: [], size: 0 };

/** State of the window: the views read it, the connection writes it. */
export class WindowStore {
  #host: HostStatus = { kind: 'starting' };
  readonly #folders = new Map<string, FolderModel>();
  #ledgerFilter: string | undefined;
  readonly #listeners = new Set<(change: StoreChange) => void>();

  get host(): HostStatus {
    return this.#host;
  }

  get folders(): readonly FolderModel[] {
    return [...this.#folders.values()];
  }

  /** Pending requests of every folder, the oldest first. */
  get pending(): readonly ApprovalSummary[] {
    return this.folders
      .flatMap((folder) => folder.pending)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
  }

  folder(path: string): FolderModel | undefined {
    return this.#folders.get(path);
  }

  /** The folder in which a request waits, whatever name the enforcement host knows it by. */
  folderOfApproval(id: string): FolderModel | undefined {
    return this.folders.find((folder) => folder.pending.some((item) => item.id === id));
  }

  /** The rule to whose calls the ledger view is confined. */
  get ledgerFilter(): string | undefined {
    return this.#ledgerFilter;
  }

  filterLedger(rule: string | undefined): void {
    this.#ledgerFilter = rule;
    this.#emit('ledger-filter');
  }

  setHost(status: HostStatus): void {
    this.#host = status;
    this.#emit('host');
  }

  /** Replaces the folders; those that stay keep what is known of them. */
  setFolders(folders: readonly { readonly path: string; readonly name: string }[]): void {
    const before = new Map(this.#folders);
    this.#folders.clear();
    for (const { path, name } of folders) {
      const known = before.get(path);
      const fresh = { pending: [], ledger: EMPTY_LEDGER, servers: [], authority: undefined };
      this.#folders.set(path, { ...(known ?? fresh), folder: path, name });
    }
    this.#emit('folders');
  }

  update(path: string, change: FolderChange, patch: Partial<FolderModel>): void {
    const folder = this.#folders.get(path);
    if (folder === undefined) return;
    this.#folders.set(path, { ...folder, ...patch });
    this.#emit(change);
  }

  /** Forgets what a lost connection told: what it waited for and offered can no longer be reached. */
  clearLive(): void {
    for (const { folder } of this.folders) {
      this.update(folder, 'pending', { pending: [] });
      this.update(folder, 'servers', { servers: [] });
      this.update(folder, 'authority', { authority: undefined });
    }
  }

  /** Returns how to unsubscribe. */
  onDidChange(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #emit(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
