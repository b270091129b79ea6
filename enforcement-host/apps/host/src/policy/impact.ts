import { pastActions, type PastAction } from '@axtary/ledger';
import type { Policy } from '@axtary/policy';
import type { ImpactChange, PolicyImpact } from '@axtary/protocol';

import type { Workspace } from '../workspace/workspace.js';
import { Replay, type Said } from './replay.js';

export interface ImpactOptions {
  /** So many decisions of the ledger. */
  readonly last: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

const MAX_CHANGES = 1000;
/** Milliseconds of work after which everybody else gets a turn. */
const TURN_MS = 10;
const PROGRESS_EVERY = 200;

/** What a draft would change: the last actions decided by it, and by what is enforced now. */
export async function impactOf(
  workspace: Workspace,
  draft: Policy,
  { last, signal, onProgress }: ImpactOptions,
): Promise<PolicyImpact> {
  const isEnforced = workspace.policy.state().enforcedHash !== undefined;
  const enforced = isEnforced ? workspace.policy.enforced() : undefined;
  const replays = { before: new Replay(enforced), after: new Replay(draft) };
  const tally = new Tally();
  let read = 0;
  let turn = performance.now();
  for await (const past of pastActions(workspace.evidence.file, workspace.evidence.payloads, {
    last,
  })) {
    if (signal.aborted) break;
    if (++read % PROGRESS_EVERY === 0) onProgress(read);
    if ('missing' in past) tally.missingPayloads++;
    else if (isOfPolicy(past)) {
      tally.add(past, { before: replays.before.decide(past), after: replays.after.decide(past) });
    }
    if (performance.now() - turn < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turn = performance.now();
  }
  return { ...tally.result(), isCancelled: signal.aborted };
}

const NO_POLICY = `sha256:${'0'.repeat(64)}`;

// Refusals that no policy made stay what they are. A decision with approvals has another before it,
// which says what the policy itself said.
function isOfPolicy({ policyHash, facts }: PastAction): boolean {
  return policyHash !== NO_POLICY && facts.approvals.length === 0;
}

class Tally {
  considered = 0;
  missingPayloads = 0;
  readonly #newly = { allow: 0, deny: 0, step_up: 0 };
  #changes: ImpactChange[] = [];

  add(
    { seq, ts, action }: PastAction,
    { before, after }: { readonly before: Said; readonly after: Said },
  ): void {
    this.considered++;
    if (before.decision === after.decision) return;
    this.#newly[after.decision]++;
    const { tool, resource } = action.capability;
    const { agent } = action.actor;
    this.#changes.push({ seq, time: ts, tool, resource, agent, before, after });
    if (this.#changes.length > MAX_CHANGES * 2) this.#changes = this.#changes.slice(-MAX_CHANGES);
  }

  result(): Omit<PolicyImpact, 'isCancelled'> {
    return {
      considered: this.considered,
      missingPayloads: this.missingPayloads,
      newlyAllowed: this.#newly.allow,
      newlyDenied: this.#newly.deny,
      newlyAsked: this.#newly.step_up,
      changes: this.#changes.slice(-MAX_CHANGES).reverse(),
    };
  }
}
