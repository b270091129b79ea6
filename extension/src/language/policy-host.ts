import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import type { WindowStore } from '../model/store.js';

/** The enforcement host, for questions about one document. */
export interface Reached {
  readonly caller: ControlCaller;
  readonly workspace: string;
}

/** Finds whom to ask about a policy text: all knowledge of the language is in the enforcement host. */
export class PolicyHost {
  readonly #store: WindowStore;
  readonly #caller: () => ControlCaller;

  constructor(store: WindowStore, caller: () => ControlCaller) {
    this.#store = store;
    this.#caller = caller;
  }

  get isReady(): boolean {
    return this.#store.host.kind === 'ready';
  }

  /** The folder that a document belongs to; one outside of all is read as if it lay in the first. */
  folderOf(uri: vscode.Uri): string | undefined {
    const path = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    const known = path === undefined ? undefined : this.#store.folder(path);
    return (known ?? folderAround(this.#store, uri) ?? this.#store.folders[0])?.folder;
  }

  /** `undefined`: there is nobody to ask. */
  reach(uri: vscode.Uri): Reached | undefined {
    const workspace = this.folderOf(uri);
    if (!this.isReady || workspace === undefined) return undefined;
    return { caller: this.#caller(), workspace };
  }
}

/** An untitled document with a path belongs to no workspace folder by the editor's own account. */
function folderAround({ folders }: WindowStore, uri: vscode.Uri): { folder: string } | undefined {
  const path = uri.with({ scheme: 'file' }).fsPath;
  return folders.find(({ folder }) => path.startsWith(folder));
}
