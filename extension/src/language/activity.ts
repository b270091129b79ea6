import { messageOf, type PolicyActivity } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import type { WindowStore } from '../model/store.js';
import { policySettings } from './settings.js';

const REFRESH_MS = 500;

/** What rules have done lately, by folder; read anew when the ledger has grown. */
export class RuleActivity implements vscode.Disposable {
  readonly #store: WindowStore;
  readonly #caller: () => ControlCaller;
  readonly #onLog: (message: string) => void;
  readonly #known = new Map<string, PolicyActivity>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #subscriptions: vscode.Disposable[];
  /** With the folder whose activity has changed. */
  readonly onDidChange = this.#changed.event;

  constructor(store: WindowStore, caller: () => ControlCaller, onLog: (message: string) => void) {
    this.#store = store;
    this.#caller = caller;
    this.#onLog = onLog;
    this.#subscriptions = [
      new vscode.Disposable(
        store.onDidChange((change) => {
          if (change === 'ledger') this.#refreshKnown();
          if (change === 'host' && store.host.kind !== 'ready') this.#forget();
        }),
      ),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('axtary.policy')) this.#refreshKnown();
      }),
    ];
  }

  /** What is known; asks for it where nothing is, and tells by the event when it is there. */
  of(folder: string): PolicyActivity | undefined {
    const known = this.#known.get(folder);
    if (known === undefined) this.#schedule(folder, 0);
    return known;
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #refreshKnown(): void {
    for (const folder of this.#known.keys()) this.#schedule(folder, REFRESH_MS);
  }

  #forget(): void {
    const folders = [...this.#known.keys()];
    this.#known.clear();
    for (const folder of folders) this.#changed.fire(folder);
  }

  #schedule(folder: string, delay: number): void {
    if (this.#timers.has(folder) || this.#store.host.kind !== 'ready') return;
    const timer = setTimeout(() => {
      this.#timers.delete(folder);
      void this.#read(folder);
    }, delay);
    this.#timers.set(folder, timer);
  }

  async #read(folder: string): Promise<void> {
    if (this.#store.host.kind !== 'ready') return;
    try {
      const { hours } = policySettings();
      const params = { workspace: folder, hours };
      this.#known.set(folder, await this.#caller().call('policy/activity', params));
      this.#changed.fire(folder);
    } catch (error) {
      this.#onLog(`policy/activity: ${messageOf(error)}`);
    }
  }
}
