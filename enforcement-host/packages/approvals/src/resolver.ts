import type { ApprovalArtifact, Decision, FileChange, ParsedAction } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import type { ApprovalItem, Provenance } from './item.js';
import type { ApprovalQueueStore } from './store.js';

/** What a resolver is asked: approval for exactly this action. */
export interface ApprovalRequest {
  readonly parsed: ParsedAction;
  readonly actionHash: Sha256;
  readonly payloadHash: Sha256;
  readonly policyHash: Sha256;
  readonly decision: Decision;
}

/** A person said no. The reason reaches the agent. */
export interface ApprovalDenial {
  readonly denied: { readonly by: string; readonly reason: string; readonly signature?: string };
  /** Those who had approved before; evidence, and nothing else. */
  readonly approvals?: readonly ApprovalArtifact[];
}

/** An approval request that now waits for a person. */
export interface PendingApproval {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
}

export interface ResolveOptions {
  /** Aborting withdraws the request. */
  readonly signal?: AbortSignal;
  /** Called once when the call begins to wait for a person. */
  readonly onPending?: (approval: PendingApproval) => void;
  /** How long to wait for a person, in milliseconds. Default: until the request expires. */
  readonly holdFor?: number;
}

/**
 * Brings a `step_up` to its answer: one artifact for each approver that is needed. `null`: not
 * answered (yet). A rejection, `null` or an artifact for another action all mean: not executed.
 */
export type ApprovalResolver = (
  request: ApprovalRequest,
  options: ResolveOptions,
) => Promise<ApprovalArtifact | readonly ApprovalArtifact[] | ApprovalDenial | null>;

/** What the reviewer is shown beside the payload. */
export interface ReviewMaterial {
  readonly files?: readonly FileChange[];
  readonly diffNote?: string;
}

export interface QueueResolverOptions {
  readonly store: ApprovalQueueStore;
  readonly provenance: Pick<Provenance, 'source' | 'createdFrom'>;
  /** Gathers what the reviewer is shown. A failure of it is a failure to resolve. */
  readonly describe?: (request: ApprovalRequest) => Promise<ReviewMaterial>;
}

/**
 * A resolver that queues the request, waits for its answer, and uses an approval once. When the
 * wait ends first the request stays, so that an identical retry finds its answer; when the caller
 * aborts, the request is withdrawn.
 */
export function createQueueApprovalResolver(options: QueueResolverOptions): ApprovalResolver {
  const { store } = options;
  return async (request, { signal, onPending, holdFor }) => {
    const item = await enqueue(options, request);
    if (item.status === 'pending') onPending?.({ id: item.id, expiresAt: item.expiresAt });
    const answered = await waitForAnswer(store, item, { signal, holdFor });
    return answered === 'held' ? null : outcome(store, answered);
  };
}

async function enqueue(
  { store, provenance, describe }: QueueResolverOptions,
  request: ApprovalRequest,
): Promise<ApprovalItem> {
  const material = (await describe?.(request)) ?? {};
  const { agent } = request.parsed.action.actor;
  return store.create({
    action: request.parsed.action,
    decision: request.decision,
    policyHash: request.policyHash,
    requestedBy: agent,
    provenance: { ...provenance, createdBy: agent },
    ...material,
  });
}

async function outcome(
  store: ApprovalQueueStore,
  item: ApprovalItem,
): Promise<ApprovalArtifact | readonly ApprovalArtifact[] | ApprovalDenial | null> {
  const approvals = (item.approvals ?? []).map(({ artifact }) => artifact);
  if (item.status === 'approved') {
    const last = await store.use(item.id);
    return approvals.length > 1 ? approvals : last;
  }
  if (item.status !== 'denied' || !item.answer) return null;
  const { by, reason, signature } = item.answer;
  return {
    denied: { by, reason, ...(signature === undefined ? {} : { signature }) },
    ...(approvals.length > 0 && { approvals }),
  };
}

// A longer timer fires at once.
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Waits until an item is answered or over; `held` when the hold or the caller ended first. */
function waitForAnswer(
  store: ApprovalQueueStore,
  item: ApprovalItem,
  {
    signal,
    holdFor,
  }: { readonly signal: AbortSignal | undefined; readonly holdFor: number | undefined },
): Promise<ApprovalItem | 'held'> {
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    const after = (milliseconds: number, act: () => void): void => {
      if (milliseconds <= MAX_TIMEOUT) timers.push(setTimeout(act, milliseconds));
    };
    const stop = store.onChange((changed) => {
      if (changed.id === item.id && changed.status !== 'pending') finish(changed);
    });
    const withdraw = (): void => {
      store.expire(item.id).then(() => finish('held'), fail);
    };
    const end = (): void => {
      stop();
      timers.forEach(clearTimeout);
      signal?.removeEventListener('abort', withdraw);
    };
    const finish = (result: ApprovalItem | 'held'): void => {
      end();
      resolve(result);
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    if (signal?.aborted) {
      withdraw();
      return;
    }
    signal?.addEventListener('abort', withdraw, { once: true });
    const left = Date.parse(item.expiresAt) - Date.parse(item.createdAt);
    after(left, () => void store.expire(item.id).then(finish, fail));
    if (holdFor !== undefined) after(holdFor, () => finish('held'));
    // The answer may have come between `create` and listening.
    store.get(item.id).then((now) => {
      if (now && now.status !== 'pending') finish(now);
    }, fail);
  });
}
