import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';

import type { AcceptedGap, Retention } from '@axtary/ledger';

import { HostError } from '../errors.js';
import type { Enrolled } from '../state/approvers.js';
import { workspaceKey } from '../state/folder.js';
import { Workspace, type WorkspaceOptions } from './workspace.js';

export type WorkspaceDefaults = Omit<WorkspaceOptions, 'folder' | 'config' | 'policyTrust'>;

/** The folders that are served, each opened once. */
export class Workspaces {
  readonly #defaults: WorkspaceDefaults;
  #retention: Retention;
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
    const retention = this.#retention;
    const opening = Workspace.open({ ...this.#defaults, ...options, retention, folder: real });
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
    for (const opening of await Promise.allSettled(this.#open.values())) {
      if (opening.status === 'fulfilled') opening.value.retain(retention);
    }
  }

  async recordApprover(enrolled: Enrolled): Promise<void> {
    for (const workspace of this.#open.values()) await (await workspace).recordApprover(enrolled);
  }

  /** Tries every ledger; the first that failed is told. */
  async recordRevocations(): Promise<void> {
    const open = await Promise.all(this.#open.values());
    await Promise.all(open.map((workspace) => workspace.recordRevocations()));
  }

  async closeAll(): Promise<void> {
    const open = await Promise.allSettled(this.#open.values());
    for (const result of open) {
      if (result.status === 'fulfilled') await result.value.close();
    }
  }
}
