import { realpath } from 'node:fs/promises';
import path from 'node:path';

import {
  LocalJsonApprovalQueueStore,
  createQueueApprovalResolver,
  verifyApprovalStatement,
  type ApprovalItem,
} from '@axtary/approvals';
import { approvalFacts } from '@axtary/actionpass';
import { messageOf, type ApprovalArtifact, type ApprovalFact, type Clock } from '@axtary/core';
import type {
  AcceptedGap,
  AnchorDescription,
  BodyOf,
  LedgerRecord,
  Retention,
} from '@axtary/ledger';
import { Announcements, type UpstreamStatus } from '@axtary/mcp';
import type { AuthorityState, ServerState, WorkspaceState } from '@axtary/protocol';
import { LocalPolicyArchive } from '@axtary/proxy';

import type { Authority } from '../authority/authority.js';
import { Delegations } from '../authority/delegations.js';
import { authorityState } from '../authority/state-view.js';
import { HostError } from '../errors.js';
import type { Log } from '../log.js';
import type { Approvers, Enrolled } from '../state/approvers.js';
import { workspaceKey, type StateFolder } from '../state/folder.js';
import { AuthorityRecords } from './authority-records.js';
import { ISSUER, createEngine, describeForReview, type Engine } from './engine.js';
import { Evidence } from './evidence.js';
import { PolicyGuard, type PolicyChange } from './policy-guard.js';
import { HumanRequests } from './requests.js';

export interface WorkspaceOptions {
  readonly folder: string;
  readonly config?: string | undefined;
  readonly policyTrust: 'signed' | 'file';
  readonly state: StateFolder;
  /** Thumbprint of the key that passes are bound to. */
  readonly holder: string;
  readonly approvers: Approvers;
  readonly authority: Authority;
  readonly osUser: string;
  readonly log: Log;
  readonly clock: Clock;
  /** How long payloads are kept. */
  readonly retention: Retention;
  /** Who keeps the ledger's checkpoints. */
  readonly anchors: readonly AnchorDescription[];
  /** What runs programs for anchors. */
  readonly env: NodeJS.ProcessEnv;
  /** Lets the ledger go on although it is not the one whose head was kept. */
  readonly accepted?: AcceptedGap | undefined;
}

export interface WorkspaceEvents {
  readonly changed: () => void;
  readonly approvalsChanged: () => void;
  readonly authorityChanged: () => void;
  readonly recorded: (records: readonly LedgerRecord[]) => void;
}

const DAY_MS = 86_400_000;

/** One served folder: its policy, its ledger, its approvals and, once a policy is trusted, its servers. */
export class Workspace {
  readonly key: string;
  readonly folder: string;
  /** The ledger, and what is kept beside it. */
  readonly evidence: Evidence;
  readonly approvals: LocalJsonApprovalQueueStore;
  readonly policy: PolicyGuard;
  /** What humans asked of their agents here. */
  readonly requests = new HumanRequests();
  /** Which sub-agents make the next calls here, as the hooks of their clients say. */
  readonly announcements: Announcements;
  readonly #options: WorkspaceOptions;
  readonly #authorityRecords: AuthorityRecords;
  readonly #delegations: Delegations;
  #stopFollowing: (() => void) | undefined;
  #wasStopped = false;
  #pruning: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<WorkspaceEvents>();
  #engine: Engine | undefined;
  #engineHash: string | undefined;
  /** Engines of earlier policies, until their last call has ended. */
  readonly #closing = new Set<Promise<void>>();

  private constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.key = workspaceKey(options.folder);
    const kept = options.state.workspace(this.key);
    const { clock, log, holder, approvers, authority, retention, env } = options;
    const onChange = (): void => this.#tellChanged();
    this.evidence = new Evidence({ kept, retention, clock, log, env, onChange });
    this.announcements = new Announcements(clock);
    this.#authorityRecords = new AuthorityRecords(this.evidence, authority);
    this.#delegations = new Delegations({
      issuer: ISSUER,
      authority,
      signer: () => this.#authorityRecords.signer(),
      holder,
      clock,
      onChange: () => this.#tellAuthority(),
    });
    this.approvals = new LocalJsonApprovalQueueStore(kept.approvals, { clock });
    this.policy = new PolicyGuard({
      workspace: options.folder,
      file: options.config ?? path.join(options.folder, 'axtary.yml'),
      trustFile: kept.trust,
      archive: new LocalPolicyArchive(kept.policies),
      approvers: () => approvers.keys(),
      mode: options.policyTrust,
      onChange: (change) => this.#recordPolicyChange(change),
      onError: (error) =>
        options.log.write('error', `the policy could not be followed: ${messageOf(error)}`),
    });
  }

  /**
   * Opens a folder. Calls that a crash interrupted are marked in the ledger, and requests nobody
   * waits for any more are ended.
   *
   * @throws LedgerError when the ledger cannot be opened: then nothing of this folder executes.
   */
  static async open(options: WorkspaceOptions): Promise<Workspace> {
    const workspace = new Workspace({ ...options, folder: await realpath(options.folder) });
    await workspace.#open();
    return workspace;
  }

  listen(events: WorkspaceEvents): () => void {
    this.#listeners.add(events);
    return () => this.#listeners.delete(events);
  }

  state(): WorkspaceState {
    return {
      key: this.key,
      folder: this.folder,
      policy: this.policy.state(),
      servers: this.#engine?.upstreams.status().map(serverState) ?? [],
      ledger: this.evidence.state(),
    };
  }

  /** @throws HostError `POLICY_NOT_TRUSTED` while no policy is enforced. */
  engine(): Engine {
    this.policy.enforced();
    if (!this.#engine) throw new HostError('POLICY_NOT_TRUSTED', this.policy.state().message);
    return this.#engine;
  }

  /** Resources of the MCP tools that are known at this moment. */
  listedTools(): readonly string[] {
    return this.#engine?.upstreams.listedTools() ?? [];
  }

  /** Ends pending requests whose time is over; returns those that still wait, oldest first. */
  async pendingApprovals(): Promise<readonly ApprovalItem[]> {
    const now = this.#options.clock.now().toISOString();
    const pending = await this.approvals.list({ status: 'pending' });
    const over = pending.filter(({ expiresAt }) => expiresAt <= now);
    await Promise.all(over.map(({ id }) => this.approvals.expire(id)));
    return pending.filter(({ expiresAt }) => expiresAt > now);
  }

  /** Records a newly enrolled approver's key in this ledger. */
  async recordApprover({ kid, jwk, name, enrolledBy }: Enrolled): Promise<void> {
    await this.evidence.ledger.append([
      { type: 'key', body: { purpose: 'approver', kid, jwk, name, enrolledBy } },
    ]);
  }

  /** The roles that the enforced policy gives an approver, by the key's id or by the name. */
  rolesOf(name: string): readonly string[] {
    const known = this.#options.approvers.list().filter((approver) => approver.name === name);
    const names = [name, ...known.map(({ kid }) => `approver:${kid}`)];
    const policy = this.policy.enforced();
    return [...new Set(names.flatMap((one) => policy.rolesOf(one)))];
  }

  /** Keys, revocations, budgets and delegations, for people. */
  async authorityState(): Promise<AuthorityState> {
    const { authority, clock } = this.#options;
    return authorityState({
      folder: this.folder,
      authority,
      budgets: this.evidence.budgets,
      policy: this.policy.state().enforcedHash === undefined ? undefined : this.policy.enforced(),
      delegations: await this.#delegations.list(),
      now: clock.now(),
    });
  }

  /** Writes into this ledger what was revoked or lifted and is not in it yet. */
  recordRevocations(): Promise<void> {
    return this.#authorityRecords.recordRevocations();
  }

  /**
   * Settles the budget of a call of unknown outcome, as a person found out.
   *
   * @throws BudgetError where it is not unknown; LedgerError when it is not durable.
   */
  async reconcile(body: BodyOf<'reconciliation'>): Promise<void> {
    const { intentId, outcome } = body;
    this.evidence.budgets.assertUnknown(intentId);
    await this.evidence.ledger.append([{ type: 'reconciliation', body }]);
    this.evidence.budgets.reconcile(intentId, outcome === 'executed' ? 'committed' : 'rolled_back');
    this.#tellAuthority();
  }

  /** Keeps payloads for so long from now on. */
  retain(retention: Retention): void {
    this.evidence.payloads.retain(retention);
    this.#prune();
  }

  async close(): Promise<void> {
    this.#stopFollowing?.();
    clearInterval(this.#pruning);
    this.policy.close();
    await Promise.all([this.#engine?.close(), ...this.#closing]);
    await this.evidence.close();
  }

  async #open(): Promise<void> {
    const { openIntents } = await this.evidence.open(this.#options.accepted);
    this.evidence.ledger.onAppend((records) => {
      for (const { recorded } of this.#listeners) recorded(records);
    });
    this.evidence.anchoring.set(this.#options.anchors);
    await this.#recordApprovers();
    await this.recordRevocations();
    this.#wasStopped = this.#options.authority.stopped !== undefined;
    this.#stopFollowing = this.#options.authority.onChange(() => this.#followAuthority());
    for (const { intentId } of openIntents) {
      const error = {
        code: 'INTERRUPTED',
        message: 'the enforcement host stopped before the outcome was known',
      };
      await this.evidence.ledger.append([
        { type: 'outcome', body: { intentId, status: 'unknown', error } },
      ]);
    }
    await this.#endOrphans();
    this.approvals.onChange(() => {
      for (const { approvalsChanged } of this.#listeners) approvalsChanged();
    });
    this.policy.onStateChange(() => this.#followPolicy());
    await this.policy.open();
    this.#prune();
    this.#pruning = setInterval(() => this.#prune(), DAY_MS).unref();
  }

  /** Erases what is not to be kept any more, beside whatever else goes on. */
  #prune(): void {
    const { clock, log } = this.#options;
    this.evidence.payloads.prune(clock.now()).catch((error: unknown) => {
      log.write('warn', `old payloads are not erased yet: ${messageOf(error)}`);
    });
  }

  async #recordApprovers(): Promise<void> {
    for (const approver of this.#options.approvers.list()) {
      if (!this.evidence.recorded.hasKey(approver.kid)) await this.recordApprover(approver);
    }
  }

  /** The calls that asked died with the process that held them. */
  async #endOrphans(): Promise<void> {
    for (const item of await this.approvals.list()) {
      const waits = item.status === 'pending' || item.status === 'approved';
      if (waits && item.usedAt === undefined) await this.approvals.expire(item.id);
    }
  }

  async #recordPolicyChange(change: PolicyChange): Promise<void> {
    const { policyHash, previousPolicyHash, trustedBy, signature } = change;
    await this.evidence.ledger.append([
      {
        type: 'policy_change',
        body: {
          workspace: this.folder,
          policyHash,
          trustedBy,
          ...(previousPolicyHash && { previousPolicyHash }),
          ...(signature !== undefined && { signature }),
        },
      },
    ]);
  }

  /** Builds the engine of the enforced policy; calls of the old one that execute may end. */
  #followPolicy(): void {
    const hash = this.policy.state().enforcedHash;
    if (hash !== undefined && hash !== this.#engineHash) {
      const previous = this.#engine;
      this.#engineHash = hash;
      this.#engine = this.#createEngine();
      if (previous) this.#retire(previous);
    }
    this.#tellChanged();
  }

  /** A stop ends what waits and what runs: a new engine refuses, and records, whatever comes. */
  #followAuthority(): void {
    const { authority, log } = this.#options;
    this.recordRevocations().catch((error: unknown) => {
      log.write('error', `a revocation is not in the ledger yet: ${messageOf(error)}`);
    });
    const isStopped = authority.stopped !== undefined;
    if (isStopped && !this.#wasStopped && this.#engine) {
      this.#retire(this.#engine);
      this.#engine = this.#createEngine();
      this.#tellChanged();
    }
    this.#wasStopped = isStopped;
    this.#tellAuthority();
  }

  #tellAuthority(): void {
    for (const { authorityChanged } of this.#listeners) authorityChanged();
  }

  #createEngine(): Engine {
    const { authority, holder, osUser, clock } = this.#options;
    const engine: Engine = createEngine({
      folder: this.folder,
      policy: this.policy.enforced(),
      enforced: () => this.policy.enforced(),
      ledger: this.evidence.ledger,
      signer: () => this.#authorityRecords.signer(),
      holder,
      authority,
      delegations: this.#delegations,
      announcements: this.announcements,
      approvalResolver: createQueueApprovalResolver({
        store: this.approvals,
        provenance: { source: 'proxy', createdFrom: 'axtary.enforcement-host' },
        describe: (request) => describeForReview(engine, this.folder, request),
      }),
      verifyApproval: (artifact) => this.#verifyApproval(artifact),
      budgets: this.evidence.budgets,
      payloads: this.evidence.payloads,
      recordTools: (tools) => this.evidence.tools.record(tools),
      requests: this.requests,
      osUser,
      clock,
    });
    engine.upstreams.onChange(() => this.#tellChanged());
    return engine;
  }

  /** Calls that wait for approval under an old policy end here: blocked, not executed. */
  #retire(engine: Engine): void {
    const closing = engine
      .close()
      .catch((error: unknown) => {
        this.#options.log.write('warn', `closing the previous engine: ${messageOf(error)}`);
      })
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Only an answer that an enrolled approver signed for this very request counts. */
  async #verifyApproval(artifact: ApprovalArtifact): Promise<ApprovalFact> {
    const item = await this.approvals.get(artifact.id);
    if (!item || artifact.signature === undefined) {
      throw new HostError('UNAUTHORISED', 'the approval is not signed');
    }
    const keys = this.#options.approvers.keys();
    const statement = await verifyApprovalStatement(artifact.signature, item, keys);
    const [fact] = approvalFacts(artifact, this.rolesOf(statement.sub));
    if (!fact || statement.verdict !== 'approve' || statement.sub !== artifact.approvedBy) {
      throw new HostError('UNAUTHORISED', 'the signed statement is not this approval');
    }
    return fact;
  }

  #tellChanged(): void {
    for (const { changed } of this.#listeners) changed();
  }
}

function serverState({ server, state, message = '' }: UpstreamStatus): ServerState {
  return { name: server, status: state, message };
}
