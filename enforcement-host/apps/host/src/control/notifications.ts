import { messageOf } from '@axtary/core';
import type { LedgerRecord } from '@axtary/ledger';
import type { ControlProtocol, LedgerItem, NotificationName, Params } from '@axtary/protocol';

import type { Log } from '../log.js';
import { LedgerItems } from '../workspace/ledger-items.js';
import type { Workspace } from '../workspace/workspace.js';
import { approvalSummary } from './views.js';

export type Notify = <K extends NotificationName<ControlProtocol>>(
  method: K,
  params: Params<ControlProtocol, K>,
) => Promise<void>;

/** Newest records that one notification carries; a list that missed more asks for them. */
const MAX_ITEMS = 200;

/** Tells one connection about a workspace from now on. Returns how to stop. */
export function followWorkspace(workspace: Workspace, notify: Notify, log: Log): () => void {
  // A snapshot that cannot be made is made with the next change; why it could not is told.
  const onError = (error: unknown): void =>
    log.write('warn', `a window could not be told of ${workspace.folder}: ${messageOf(error)}`);
  const ledger = new LedgerNotifier(workspace, notify, onError);
  const sendPending = once(onError, async () => {
    const pending = await workspace.pendingApprovals();
    await notify('approvals/changed', {
      workspace: workspace.folder,
      pending: pending.map((item) => approvalSummary(item, workspace.folder)),
    });
  });
  const sendState = once(onError, async () => {
    await notify('workspace/changed', workspace.state());
  });
  const sendAuthority = once(onError, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    await notify('authority/changed', await workspace.authorityState());
  });
  sendPending();
  sendAuthority();
  return workspace.listen({
    changed: () => {
      sendState();
      sendAuthority();
    },
    approvalsChanged: sendPending,
    authorityChanged: sendAuthority,
    recorded: (records) => {
      ledger.add(records);
      if (records.some(isMetered)) sendAuthority();
    },
  });
}

/** A record that may change what is used of a budget. */
function isMetered({ type }: LedgerRecord): boolean {
  return type === 'intent' || type === 'outcome';
}

/** Gathers what is recorded within a moment into one notification. */
class LedgerNotifier {
  readonly #workspace: Workspace;
  readonly #notify: Notify;
  readonly #items = new LedgerItems();
  #gathered: LedgerItem[] = [];
  readonly #send: () => void;

  constructor(workspace: Workspace, notify: Notify, onError: (error: unknown) => void) {
    this.#workspace = workspace;
    this.#notify = notify;
    this.#send = once(onError, () => this.#sendGathered());
  }

  add(records: readonly LedgerRecord[]): void {
    for (const record of records) this.#gathered.push(this.#items.of(record));
    this.#gathered = this.#gathered.slice(-MAX_ITEMS);
    this.#send();
  }

  async #sendGathered(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const items = this.#gathered.reverse();
    this.#gathered = [];
    const { log, size, head } = this.#workspace.evidence.ledger.head();
    const { folder } = this.#workspace;
    await this.#notify('ledger/changed', {
      workspace: folder,
      size,
      anchor: { log, size, head },
      items,
    });
  }
}

/** Runs one at a time; calls while it runs become one more run. Every run sends a full snapshot. */
function once(onError: (error: unknown) => void, run: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const start = (): void => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    void run()
      .catch(onError)
      .finally(() => {
        running = false;
        if (again) {
          again = false;
          start();
        }
      });
  };
  return start;
}
