import { Budgets } from '@axtary/budgets';
import { messageOf, type Clock } from '@axtary/core';
import {
  LedgerIndex,
  ledgerSource,
  LocalEpochKeys,
  LocalHeadStore,
  LocalJsonlLedger,
  LocalPayloadStore,
  type AcceptedGap,
  type LedgerError,
  type OpenReport,
  type Retention,
} from '@axtary/ledger';
import type { WorkspaceState } from '@axtary/protocol';
import { BudgetProjection } from '@axtary/proxy';

import type { Log } from '../log.js';
import type { WorkspaceFolder } from '../state/folder.js';
import { VERSION } from '../version.js';
import { RuleActivityIndex } from './activity.js';
import { PinnedTools } from './pinned-tools.js';
import { RecordedAuthority } from './recorded-authority.js';

export interface EvidenceOptions {
  readonly kept: WorkspaceFolder;
  /** How long payloads are kept. */
  readonly retention: Retention;
  readonly clock: Clock;
  readonly log: Log;
  /** The ledger can be written no more, or again. */
  readonly onHealth: () => void;
}

/** One workspace's ledger, what is kept beside it, and what is known from it. */
export class Evidence {
  readonly file: string;
  readonly ledger: LocalJsonlLedger;
  /** What the ledger is searched with. */
  readonly index: LedgerIndex;
  /** Payloads of past calls, where they are still kept. */
  readonly payloads: LocalPayloadStore;
  readonly budgets = new Budgets();
  readonly activity: RuleActivityIndex;
  readonly recorded = new RecordedAuthority();
  /** How the tools of its servers were last seen. */
  readonly tools = new PinnedTools((entries) => this.ledger.append(entries));
  #fault: LedgerError | undefined;

  constructor({ kept, retention, clock, log, onHealth }: EvidenceOptions) {
    this.file = kept.ledger;
    this.activity = new RuleActivityIndex(clock);
    this.ledger = new LocalJsonlLedger(kept.ledger, {
      clock,
      software: `axtary/${VERSION}`,
      epochs: new LocalEpochKeys(kept.ledgerKey),
      heads: new LocalHeadStore(kept.head),
      projections: [new BudgetProjection(this.budgets), this.activity, this.recorded, this.tools],
      onSealed: () => this.#prepareIndex(log),
      onHealth: (fault) => {
        this.#fault = fault;
        log.write(fault ? 'error' : 'info', fault?.message ?? 'the ledger can be written again');
        onHealth();
      },
    });
    this.index = new LedgerIndex({
      source: ledgerSource(kept.ledger, () => this.ledger.head().size),
      folder: `${kept.ledger}.index`,
      onError: (error) =>
        log.write('warn', `the index of the ledger is not kept: ${messageOf(error)}`),
    });
    this.payloads = new LocalPayloadStore(kept.payloads, {
      retention,
      clock,
      onError: (error) => log.write('warn', `payloads are not all kept: ${messageOf(error)}`),
    });
  }

  /** @throws LedgerError as `LocalJsonlLedger.open`. */
  open(accepted: AcceptedGap | undefined): Promise<OpenReport> {
    return this.ledger.open(accepted);
  }

  state(): WorkspaceState['ledger'] {
    const { size, head } = this.ledger.head();
    const fault = this.#fault;
    return { size, head, ...(fault && { error: fault.message, code: fault.code }) };
  }

  // So that no query has to wait for it.
  #prepareIndex(log: Log): void {
    this.index.prepare().catch((error: unknown) => {
      log.write('warn', `the index of the ledger is not made yet: ${messageOf(error)}`);
    });
  }
}
