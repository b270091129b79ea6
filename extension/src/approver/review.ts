import {
  messageOf,
  type ApprovalDetail,
  type ApprovalPanel,
  type ApprovalSummary,
  type Clock,
  type ToApprovalPanel,
} from '@axtary/protocol';

import { ExtensionError } from '../errors.js';
import { checkDetail } from './check-detail.js';
import type { ApproverKey } from './key.js';
import { approvalStatement, type Verdict } from './statement.js';

/** Which request, and in which folder it waits. */
export interface ReviewTarget {
  readonly workspace: string;
  readonly id: string;
}

/** Whose verdicts are signed, once the enforcement host knows them. */
export interface Signer {
  readonly key: ApproverKey;
  readonly approver: string;
}

export interface ReviewPorts {
  readonly fetch: (target: ReviewTarget) => Promise<ApprovalDetail>;
  readonly answer: (target: ReviewTarget, statement: string) => Promise<ApprovalSummary>;
  readonly signer: () => Signer;
  readonly clock: Clock;
}

/** What the panel says it showed when the reviewer clicked. */
export interface Click {
  readonly id: string;
  readonly payloadHash: string;
  readonly verdict: Verdict['verdict'];
  readonly reason: string;
}

interface Shown {
  readonly target: ReviewTarget;
  readonly detail: ApprovalDetail;
  readonly state: ApprovalPanel['state'];
  readonly error?: string;
}

/**
 * One request under review: what the panel shows of it, and the only way to a signed verdict.
 * It signs what was shown and checked, for a click that names its hash; nothing else.
 */
export class ApprovalReview {
  readonly #ports: ReviewPorts;
  #shown: Shown | undefined;
  #turn = 0;

  constructor(ports: ReviewPorts) {
    this.#ports = ports;
  }

  get target(): ReviewTarget | undefined {
    return this.#shown?.target;
  }

  get detail(): ApprovalDetail | undefined {
    return this.#shown?.detail;
  }

  /**
   * Fetches and checks a request. On return it is the one under review, unless a later call was
   * faster.
   *
   * @throws ExtensionError `REVIEW_MISMATCH`, and then nothing is under review.
   */
  async open(target: ReviewTarget): Promise<void> {
    const turn = ++this.#turn;
    this.#shown = undefined;
    const detail = await this.#ports.fetch(target);
    checkDetail(detail, target.id);
    if (turn === this.#turn) this.#shown = { target, detail, state: detail.status };
  }

  /** Nothing is under review any more. */
  close(): void {
    this.#turn += 1;
    this.#shown = undefined;
  }

  /** Brings the state up to date after something changed elsewhere; what is shown stays. */
  async refresh(): Promise<void> {
    const shown = this.#shown;
    if (shown === undefined || shown.state === 'answering') return;
    const now = await this.#answersNow(shown);
    if (this.#shown === shown) this.#shown = now;
  }

  async #answersNow(shown: Shown): Promise<Shown> {
    try {
      const { status, approvedBy, progress, missing } = await this.#ports.fetch(shown.target);
      const detail = { ...shown.detail, approvedBy, progress, missing };
      return { ...shown, detail, state: status };
    } catch {
      // It is no longer known, or nobody is there to ask: either way it cannot be answered.
      return { ...shown, state: 'gone' };
    }
  }

  /**
   * Answers for a click. Failures end in the panel's state, for the reviewer to read.
   *
   * @param onAnswering Called once the verdict is on its way.
   */
  async answer(click: Click, onAnswering: () => void): Promise<void> {
    const shown = this.#shown;
    if (shown?.state !== 'pending') return;
    if (click.id !== shown.target.id || click.payloadHash !== shown.detail.payloadHash) return;
    const { target, detail } = shown;
    this.#shown = { target, detail, state: 'answering' };
    onAnswering();
    try {
      const { status, approvedBy, progress, missing } = await this.#signAndSend(shown, click);
      this.#shown = { target, detail: { ...detail, approvedBy, progress, missing }, state: status };
    } catch (error) {
      this.#shown = { target, detail, state: 'pending' };
      await this.#settleAfterFailure(messageOf(error));
    }
  }

  /** The panel's complete state. */
  message(pending: readonly ApprovalSummary[]): ToApprovalPanel | undefined {
    const shown = this.#shown;
    return shown && { type: 'show', approval: panelOf(shown, pending, this.#ownName()) };
  }

  #ownName(): string | undefined {
    try {
      return this.#ports.signer().approver;
    } catch {
      // Not connected: then nothing can be answered anyway.
      return undefined;
    }
  }

  async #signAndSend({ target, detail }: Shown, click: Click): Promise<ApprovalSummary> {
    const fresh = await this.#ports.fetch(target);
    checkDetail(fresh, target.id);
    if (fresh.actionHash !== detail.actionHash || fresh.nonce !== detail.nonce) {
      throw new ExtensionError(
        'REVIEW_MISMATCH',
        'the request is not the one that was shown: nothing was signed, review it again',
      );
    }
    const { key, approver } = this.#ports.signer();
    const verdict = { verdict: click.verdict, reason: click.reason, approver };
    // From the detail that was shown, so that a change in between cannot be signed.
    const claims = approvalStatement(detail, verdict, this.#ports.clock);
    return this.#ports.answer(target, await key.sign('approval', claims));
  }

  async #settleAfterFailure(error: string): Promise<void> {
    await this.refresh();
    if (this.#shown !== undefined) this.#shown = { ...this.#shown, error };
  }
}

function panelOf(
  { detail, state, error }: Shown,
  pending: readonly ApprovalSummary[],
  ownName: string | undefined,
): ApprovalPanel {
  return {
    id: detail.id,
    state,
    ...(error === undefined ? {} : { error }),
    title: detail.title,
    tool: detail.tool,
    resource: detail.resource,
    agent: detail.agent,
    human: detail.human,
    runtime: detail.runtime,
    task: detail.task,
    summary: detail.summary,
    createdAt: detail.createdAt,
    expiresAt: detail.expiresAt,
    reasons: detail.decision.reasons.map(({ rule, message }) => ({ rule, message })),
    approvedBy: detail.approvedBy,
    progress: detail.progress,
    missing: detail.missing,
    isApprovedByYou: detail.approvedBy.some(({ name }) => name === ownName),
    payloadText: detail.payloadText,
    payloadHash: detail.payloadHash,
    actionHash: detail.actionHash,
    policyHash: detail.policyHash,
    ...(detail.definitionHash === undefined ? {} : { definitionHash: detail.definitionHash }),
    ...(detail.diff === undefined ? {} : { diff: detail.diff }),
    ...(detail.diffNote === undefined ? {} : { diffNote: detail.diffNote }),
    position: pending.findIndex((item) => item.id === detail.id) + 1,
    pending: pending.length,
  };
}
