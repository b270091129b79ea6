import type { LedgerRecord } from '@axtary/ledger';
import type { ControlProtocol, LedgerItem, NotificationName, Params } from '@axtary/protocol';

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
export function followWorkspace(workspace: Workspace, notify: Notify): () => void {
  const ledger = new LedgerNotifier(workspace, notify);
  const sendPending = once(async () => {
    const pending = await workspace.pendingApprovals();
    await notify('approvals/changed', {
      workspace: workspace.folder,
      pending: pending.map((item) => approvalSummary(item, workspace.folder)),
    });
  });
  const sendState = once(async () => {
    await notify('workspace/changed', workspace.state());
  });
  sendPending();
  return workspace.listen({
    changed: sendState,
    approvalsChanged: sendPending,
    recorded: (records) => ledger.add(records),
  });
}

/** Gathers what is recorded within a moment into one notification. */
class LedgerNotifier {
  readonly #workspace: Workspace;
  readonly #notify: Notify;
  readonly #items = new LedgerItems();
  #gathered: LedgerItem[] = [];
  readonly #send = once(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    const items = this.#gathered.reverse();
    this.#gathered = [];
    const { log, size, head } = this.#workspace.ledger.head();
    const { folder } = this.#workspace;
    await this.#notify('ledger/changed', {
      workspace: folder,
      size,
      anchor: { log, size, head },
      items,
    });
  });

  constructor(workspace: Workspace, notify: Notify) {
    this.#workspace = workspace;
    this.#notify = notify;
  }

  add(records: readonly LedgerRecord[]): void {
    for (const record of records) this.#gathered.push(this.#items.of(record));
    this.#gathered = this.#gathered.slice(-MAX_ITEMS);
    this.#send();
  }
}

/** Runs one at a time; calls while it runs become one more run. Every run sends a full snapshot. */
function once(run: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const start = (): void => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    // A snapshot that cannot be made is made with the next change.
    void run()
      .catch(() => undefined)
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
