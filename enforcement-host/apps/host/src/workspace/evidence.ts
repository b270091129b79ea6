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

import { Anchoring } from '../anchors/anchoring.js';
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
  /** What runs programs for anchors. */
  readonly env: NodeJS.ProcessEnv;
  /** Its state is another: it can be written no more, or again, or an anchor has answered. */
  readonly onChange: () => void;
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
  /** Who keeps the ledger's checkpoints elsewhere. */
  readonly anchoring: Anchoring;
  /** How the tools of its servers were last seen. */
  readonly tools = new PinnedTools((entries) => this.ledger.append(entries));
  #fault: LedgerError | undefined;

  constructor({ kept, retention, clock, log, env, onChange }: EvidenceOptions) {
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
        onChange();
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
    const { ledger, index } = this;
    this.anchoring = new Anchoring({ file: this.file, ledger, index, clock, log, env, onChange });
  }

  /** @throws LedgerError as `LocalJsonlLedger.open`. */
  open(accepted: AcceptedGap | undefined): Promise<OpenReport> {
    return this.ledger.open(accepted);
  }

  state(): WorkspaceState['ledger'] {
    const { size, head } = this.ledger.head();
    const fault = this.#fault;
    return {
      size,
      head,
      ...(fault && { error: fault.message, code: fault.code }),
      anchors: this.anchoring.state(),
    };
  }

  /** Ends the ledger with a checkpoint, and gives anchors a few seconds to take it. */
  async close(): Promise<void> {
    try {
      await this.ledger.close();
    } finally {
      await this.anchoring.close();
    }
  }

  // So that no query has to wait for it.
  #prepareIndex(log: Log): void {
    this.index.prepare().catch((error: unknown) => {
      log.write('warn', `the index of the ledger is not made yet: ${messageOf(error)}`);
    });
  }
}
