import {
  parseAction,
  systemClock,
  type ApprovalArtifact,
  type Clock,
  type ParsedAction,
} from '@axtary/core';
import { newId } from '@axtary/core/digest';
import { createApprovalArtifact, digestsOf } from '@axtary/actionpass';

import { createDiffMetadata } from './diff.js';
import { ApprovalError } from './errors.js';
import type { ApprovalItem } from './item.js';
import { approvalProgress } from './requirements.js';
import type { AnswerOptions, ApprovalQueueStore, CreateApprovalOptions } from './store.js';

export interface QueueOptions {
  readonly clock?: Clock;
  /** How long a request waits for a person. Default: 15 minutes. */
  readonly pendingTtlSeconds?: number;
  /** How long an approval may wait for its execution. Default: 5 minutes. */
  readonly approvedTtlSeconds?: number;
  /** Requests that may wait at once. Default: 1000. */
  readonly maxPending?: number;
}

/** Where a queue keeps its items. `save` returns when the item is as durable as it will get. */
export interface ItemRepository {
  load(id: string): Promise<ApprovalItem | undefined>;
  save(item: ApprovalItem): Promise<void>;
  all(): Promise<readonly ApprovalItem[]>;
}

/** The states of a request and what may follow: the one place where they change. */
export class ApprovalQueue implements ApprovalQueueStore {
  readonly #repository: ItemRepository;
  readonly #clock: Clock;
  readonly #pendingTtl: number;
  readonly #approvedTtl: number;
  readonly #maxPending: number;
  readonly #listeners = new Set<(item: ApprovalItem) => void>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(repository: ItemRepository, options: QueueOptions = {}) {
    this.#repository = repository;
    this.#clock = options.clock ?? systemClock;
    this.#pendingTtl = options.pendingTtlSeconds ?? 900;
    this.#approvedTtl = options.approvedTtlSeconds ?? 300;
    this.#maxPending = options.maxPending ?? 1000;
  }

  async create(options: CreateApprovalOptions): Promise<ApprovalItem> {
    if (options.decision.decision !== 'step_up') {
      throw new ApprovalError(
        'APPROVAL_NOT_REQUIRED',
        `only a step_up decision can be approved, not ${options.decision.decision}`,
      );
    }
    const parsed = parseAction(options.action);
    const id = requestId(digestsOf(parsed).actionHash);
    return this.#inTurn(async () => {
      const existing = await this.#repository.load(id);
      if (existing && !this.#isOver(existing)) return existing;
      await this.#assertRoom();
      return this.#save(this.#newItem(id, parsed, options));
    });
  }

  get(id: string): Promise<ApprovalItem | undefined> {
    return this.#repository.load(id);
  }

  async list(
    filter: { readonly status?: ApprovalItem['status'] } = {},
  ): Promise<readonly ApprovalItem[]> {
    const items = await this.#repository.all();
    return items
      .filter(({ status }) => filter.status === undefined || status === filter.status)
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }

  approve(
    options: AnswerOptions & { readonly approvedBy: string; readonly roles?: readonly string[] },
  ): Promise<{ readonly item: ApprovalItem; readonly artifact: ApprovalArtifact }> {
    return this.#inTurn(async () => {
      const item = await this.#pending(options.id);
      assertHasNotApproved(item, options.approvedBy);
      const { artifact } = createApprovalArtifact({
        action: item.action,
        mode: 'human',
        id: item.id,
        approvedBy: options.approvedBy,
        reason: options.reason,
        ttlSeconds: this.#approvedTtl,
        clock: this.#clock,
        ...(options.signature === undefined ? {} : { signature: options.signature }),
      });
      const { approvals = [] } = item;
      const added = [...approvals, { artifact, roles: [...(options.roles ?? [])] }];
      const answered = { ...item, approvals: added };
      if (approvalProgress(answered).missing.length > 0) {
        return { item: await this.#save(answered), artifact };
      }
      const answer = this.#answer(options.approvedBy, options);
      return { item: await this.#save(completed(answered, { answer, artifact })), artifact };
    });
  }

  deny(
    options: AnswerOptions & { readonly deniedBy: string },
  ): Promise<{ readonly item: ApprovalItem }> {
    return this.#inTurn(async () => {
      const item = await this.#pending(options.id);
      const answer = this.#answer(options.deniedBy, options);
      return { item: await this.#save({ ...item, status: 'denied', answer }) };
    });
  }

  expire(id: string): Promise<ApprovalItem> {
    return this.#inTurn(async () => {
      const item = await this.#existing(id);
      const over =
        item.status === 'denied' || item.status === 'expired' || item.usedAt !== undefined;
      return over ? item : this.#save({ ...item, status: 'expired' });
    });
  }

  use(id: string): Promise<ApprovalArtifact> {
    return this.#inTurn(async () => {
      const item = await this.#existing(id);
      const { artifact } = item;
      if (item.status !== 'approved' || !artifact) {
        throw new ApprovalError('APPROVAL_NOT_FOUND', `request ${id} is not approved`);
      }
      if (item.usedAt !== undefined) {
        throw new ApprovalError('APPROVAL_ALREADY_DECIDED', `the approval of ${id} has been used`);
      }
      if (this.#isOver(item)) {
        throw new ApprovalError('APPROVAL_EXPIRED', `the approval of ${id} was not used in time`);
      }
      await this.#save({ ...item, usedAt: this.#now() });
      return artifact;
    });
  }

  onChange(listener: (item: ApprovalItem) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #newItem(id: string, parsed: ParsedAction, options: CreateApprovalOptions): ApprovalItem {
    const { requestedBy, files } = options;
    const createdAt = this.#clock.now();
    return {
      id,
      status: 'pending',
      action: parsed.action,
      decision: options.decision,
      ...digestsOf(parsed),
      ...(options.policyHash === undefined ? {} : { policyHash: options.policyHash }),
      nonce: newId('non'),
      requestedBy,
      provenance: options.provenance ?? { source: 'sdk', createdBy: requestedBy },
      ...(files && files.length > 0
        ? { files: [...files], diff: createDiffMetadata(parsed.action.capability.tool, files) }
        : {}),
      ...(options.diffNote === undefined ? {} : { diffNote: options.diffNote }),
      createdAt: createdAt.toISOString(),
      expiresAt: new Date(createdAt.getTime() + this.#pendingTtl * 1000).toISOString(),
    };
  }

  #answer(by: string, { reason, signature }: AnswerOptions): NonNullable<ApprovalItem['answer']> {
    return { by, reason, at: this.#now(), ...(signature === undefined ? {} : { signature }) };
  }

  async #assertRoom(): Promise<void> {
    const items = await this.list({ status: 'pending' });
    const pending = items.filter((item) => !this.#isOver(item));
    if (pending.length >= this.#maxPending) {
      throw new ApprovalError(
        'APPROVAL_QUEUE_FULL',
        `${pending.length} requests wait already; answer some of them first`,
      );
    }
  }

  async #existing(id: string): Promise<ApprovalItem> {
    const item = await this.#repository.load(id);
    if (!item) throw new ApprovalError('APPROVAL_NOT_FOUND', `there is no request ${id}`);
    return item;
  }

  async #pending(id: string): Promise<ApprovalItem> {
    const item = await this.#existing(id);
    if (item.status === 'expired') {
      throw new ApprovalError('APPROVAL_EXPIRED', `request ${id} is over`);
    }
    if (item.status !== 'pending') {
      throw new ApprovalError(
        'APPROVAL_ALREADY_DECIDED',
        `request ${id} is ${item.status} already`,
      );
    }
    if (this.#isOver(item)) {
      await this.#save({ ...item, status: 'expired' });
      throw new ApprovalError('APPROVAL_EXPIRED', `request ${id} expired at ${item.expiresAt}`);
    }
    return item;
  }

  /** Whether nobody can answer this request, or use its answer, any more. */
  #isOver({ status, usedAt, expiresAt, artifact }: ApprovalItem): boolean {
    if (status === 'pending') return this.#now() >= expiresAt;
    if (status !== 'approved') return status === 'expired';
    const until = usedAt === undefined ? artifact?.expiresAt : undefined;
    return until !== undefined && this.#now() >= until;
  }

  async #save(item: ApprovalItem): Promise<ApprovalItem> {
    await this.#repository.save(item);
    // The change is made: what a listener throws must not look like a failure of it.
    for (const listener of this.#listeners) queueMicrotask(() => listener(item));
    return item;
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }

  // One change at a time: reading and writing an item is one step for every other caller.
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(change);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function assertHasNotApproved({ id, approvals = [] }: ApprovalItem, name: string): void {
  if (!approvals.some(({ artifact }) => artifact.approvedBy === name)) return;
  throw new ApprovalError(
    'APPROVAL_ALREADY_DECIDED',
    `${name} has approved request ${id} already; another approver is asked for`,
  );
}

// What each approval may wait for its execution begins with the last of them.
function completed(
  item: ApprovalItem,
  last: { readonly answer: ApprovalItem['answer']; readonly artifact: ApprovalArtifact },
): ApprovalItem {
  const { expiresAt } = last.artifact;
  const approvals = item.approvals?.map(({ artifact, roles }) => ({
    artifact: { ...artifact, ...(expiresAt !== undefined && { expiresAt }) },
    roles,
  }));
  return { ...item, ...last, status: 'approved', ...(approvals && { approvals }) };
}

/** The same action always has the same id, also when it is asked for again. */
/** The id of the request for an action: there is one for each. */
export function requestId(actionHash: string): string {
  return `apr_${actionHash.slice('sha256:'.length, 'sha256:'.length + 32)}`;
}
