import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import { numberText } from '../views/format.js';

interface Progress {
  readonly records: number;
  /** 0 to 1. */
  readonly part: number;
}

/** Exports and verifications under way: a person sees how far they have come, and can end them. */
export class ShownRuns {
  readonly #caller: () => Pick<ControlCaller, 'call'>;
  readonly #listeners = new Map<string, (progress: Progress) => void>();

  constructor(caller: () => Pick<ControlCaller, 'call'>) {
    this.#caller = caller;
  }

  /** Follows a connection; each has its own notifications. */
  listen(caller: Pick<ControlCaller, 'on'>): void {
    caller.on('ledger/verifying', ({ run, records, bytes, totalBytes }) => {
      this.#listeners.get(run)?.({ records, part: totalBytes === 0 ? 1 : bytes / totalBytes });
    });
    caller.on('ledger/exporting', ({ run, records, total }) => {
      this.#listeners.get(run)?.({ records, part: total === 0 ? 1 : records / total });
    });
  }

  /**
   * Shows work that the enforcement host knows by the name it is given. `undefined`: it was
   * cancelled.
   */
  async start<T>(title: string, work: (run: string) => Promise<T>): Promise<T | undefined> {
    const run = randomBytes(9).toString('base64url');
    const options = {
      location: vscode.ProgressLocation.Notification,
      title,
      cancellable: true,
    };
    try {
      return await vscode.window.withProgress(options, (progress, token) => {
        const cancelled = new Promise<undefined>((resolve) => {
          token.onCancellationRequested(() => {
            this.#cancel(run);
            resolve(undefined);
          });
        });
        this.#listeners.set(run, reporterOf(progress));
        return Promise.race([work(run), cancelled]);
      });
    } finally {
      this.#listeners.delete(run);
    }
  }

  #cancel(run: string): void {
    // Where it cannot be told any more, the connection and its runs have ended.
    this.#caller()
      .call('policy/cancel', { run })
      .catch(() => undefined);
  }
}

/** The bar is for the whole of one reading, so a second one fills it again. */
function reporterOf(
  shown: vscode.Progress<{ readonly message?: string; readonly increment?: number }>,
): (progress: Progress) => void {
  let reached = 0;
  return ({ records, part }) => {
    const percent = Math.floor(part * 100);
    const increment = Math.max(0, percent - reached);
    reached = percent;
    shown.report({
      message: vscode.l10n.t('{0} records, {1} %', numberText(records), percent),
      increment,
    });
  };
}
