import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';

import type { AcceptedGap, AnchorDescription, Retention } from '@axtary/ledger';

import { HostError } from '../errors.js';
import type { Enrolled } from '../state/approvers.js';
import { workspaceKey } from '../state/folder.js';
import { Workspace, type WorkspaceOptions } from './workspace.js';

export type WorkspaceDefaults = Omit<
  WorkspaceOptions,
  'folder' | 'config' | 'policyTrust' | 'anchors'
>;

/** The folders that are served, each opened once. */
export class Workspaces {
  readonly #defaults: WorkspaceDefaults;
  #retention: Retention;
  #anchors: readonly AnchorDescription[] = [];
  readonly #open = new Map<string, Promise<Workspace>>();

  constructor(defaults: WorkspaceDefaults) {
    this.#defaults = defaults;
    this.#retention = defaults.retention;
  }

  /** Serves a folder, or finds it served already. */
  async open(
    folder: string,
    options: Pick<WorkspaceOptions, 'config' | 'policyTrust' | 'accepted'> = {
      policyTrust: 'signed',
    },
  ): Promise<Workspace> {
    const real = await realpath(folder).catch((cause: unknown) => {
      throw new HostError('WORKSPACE_UNKNOWN', `${folder} is not there`, { cause });
    });
    const key = workspaceKey(real);
    const known = this.#open.get(key);
    if (known) return known;
    const [retention, anchors] = [this.#retention, this.#anchors];
    const kept = { ...this.#defaults, retention, anchors };
    const opening = Workspace.open({ ...kept, ...options, folder: real });
    this.#open.set(key, opening);
    // A folder that could not be opened may be tried again, for example when the disk has space.
    opening.catch(() => this.#open.delete(key));
    return opening;
  }

  /**
   * Serves a folder although its ledger is not the one whose head was kept.
   *
   * @throws HostError `NOT_NEEDED` where it is served already.
   */
  async accept(folder: string, accepted: AcceptedGap): Promise<Workspace> {
    const real = await realpath(folder);
    if (this.#open.has(workspaceKey(real))) {
      throw new HostError('NOT_NEEDED', 'this ledger is the one that was kept');
    }
    return this.open(folder, { policyTrust: 'signed', accepted });
  }

  /** @throws HostError `WORKSPACE_UNKNOWN`. */
  async byKey(key: string): Promise<Workspace> {
    const workspace = await this.#open.get(key);
    if (!workspace)
      throw new HostError('WORKSPACE_UNKNOWN', 'no such workspace is open in an editor');
    return workspace;
  }

  /**
   * Serves a folder for an agent that named it.
   *
   * @throws HostError `POLICY_NOT_TRUSTED` unless its policy was trusted before.
   */
  async openTrusted(folder: string): Promise<Workspace> {
    const real = await realpath(folder).catch(() => undefined);
    const trust = real && this.#defaults.state.workspace(workspaceKey(real)).trust;
    // Naming a folder must not make state for it: only a person makes a policy trusted.
    if (real === undefined || trust === undefined || !existsSync(trust)) {
      throw new HostError(
        'POLICY_NOT_TRUSTED',
        `no policy of ${folder} is trusted; open it in the editor`,
      );
    }
    return this.open(real);
  }

  /** Keeps payloads of every folder for so long from now on. */
  async retain(retention: Retention): Promise<void> {
    this.#retention = retention;
    for (const workspace of await this.#opened()) workspace.retain(retention);
  }

  /** Takes the checkpoints of every folder to these anchors from now on. */
  async anchor(anchors: readonly AnchorDescription[]): Promise<void> {
    this.#anchors = anchors;
    for (const { evidence } of await this.#opened()) evidence.anchoring.set(anchors);
  }

  async recordApprover(enrolled: Enrolled): Promise<void> {
    for (const workspace of this.#open.values()) await (await workspace).recordApprover(enrolled);
  }

  /** Tries every ledger; the first that failed is told. */
  async recordRevocations(): Promise<void> {
    const open = await Promise.all(this.#open.values());
    await Promise.all(open.map((workspace) => workspace.recordRevocations()));
  }

  /** Closes all at the same time; the first that failed is told once all have ended. */
  async closeAll(): Promise<void> {
    const open = await this.#opened();
    const closed = await Promise.allSettled(open.map((workspace) => workspace.close()));
    for (const result of closed) if (result.status === 'rejected') throw result.reason;
  }

  /** Those that could be opened, once they are. */
  async #opened(): Promise<readonly Workspace[]> {
    const open = await Promise.allSettled(this.#open.values());
    return open.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }
}
