import type { ApprovalArtifact, Decision, FileChange } from '@axtary/core';

import type { ApprovalItem, Provenance } from './item.js';

export interface CreateApprovalOptions {
  readonly action: unknown;
  /** Must be `step_up`: nothing else can be approved. */
  readonly decision: Decision;
  readonly requestedBy: string;
  readonly policyHash?: `sha256:${string}`;
  readonly provenance?: Provenance;
  readonly files?: readonly FileChange[];
  readonly diffNote?: string;
}

export interface AnswerOptions {
  readonly id: string;
  readonly reason: string;
  /** The approver's JWS, where there is one; kept as evidence. */
  readonly signature?: string;
}

/**
 * Requests for approval and their answers. An item is answered once, and its artifact is used once;
 * on return the new state is as durable as the store is.
 *
 * Every method rejects with an ApprovalError; `create` also with an ActionError, and all that write
 * with a TypeError for what cannot be kept, such as a reason of over 4096 characters.
 */
export interface ApprovalQueueStore {
  /**
   * The request for this action: the one that is there already, or a new pending one where there
   * is none or its time is over.
   */
  create(options: CreateApprovalOptions): Promise<ApprovalItem>;
  get(id: string): Promise<ApprovalItem | undefined>;
  /** Oldest first. */
  list(filter?: { readonly status?: ApprovalItem['status'] }): Promise<readonly ApprovalItem[]>;
  /**
   * Adds one approver's approval. The request stays pending until the different approvers that its
   * decision asks for have approved; without such obligations, one approval completes it.
   */
  approve(
    options: AnswerOptions & {
      readonly approvedBy: string;
      /** Established by the caller; none by default. */
      readonly roles?: readonly string[];
    },
  ): Promise<{ readonly item: ApprovalItem; readonly artifact: ApprovalArtifact }>;
  /** One denial ends the request, also where others have approved. */
  deny(
    options: AnswerOptions & { readonly deniedBy: string },
  ): Promise<{ readonly item: ApprovalItem }>;
  /** Ends a request that nobody needs any more, or whose time is over. */
  expire(id: string): Promise<ApprovalItem>;
  /** Hands out an approved request, exactly once: the artifact that completed it. */
  use(id: string): Promise<ApprovalArtifact>;
  /**
   * Called after every change. What a listener throws is an uncaught exception and does not touch
   * the change. Returns how to stop.
   */
  onChange(listener: (item: ApprovalItem) => void): () => void;
}
