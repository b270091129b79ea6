import { messageOf, type Clock, type RevocationView } from '@axtary/protocol';

import type { SecretStore } from '../approver/key.js';
import type { ControlCaller } from '../host/control.js';
import { providePassKey, rotatePassKey } from '../keys/pass-key.js';
import {
  isLiftable,
  passKeysOf,
  revocationsOf,
  unknownOutcomes,
  type UnknownNode,
} from '../model/authority-tree.js';
import {
  revocationCandidates,
  revocationTarget,
  titleOfIntent,
  type RevocationTarget,
} from '../model/revocation-candidates.js';
import type { WindowStore } from '../model/store.js';
import { isObject } from '../model/is-object.js';
import type { AuthorityDialogs, UnknownCall } from './dialogs.js';

export interface AuthorityCommandsPorts {
  readonly store: WindowStore;
  readonly secrets: SecretStore;
  readonly caller: () => ControlCaller;
  readonly clock: Clock;
  readonly dialogs: AuthorityDialogs;
  /** In the ledger, with a stop: whoever stops everything has no time to write. */
  readonly stopReason: string;
  readonly onLog: (message: string) => void;
}

/** Keys, revocations, the kill switch and reservations, by hand. Nothing is done unconfirmed. */
export class AuthorityCommands {
  readonly #ports: AuthorityCommandsPorts;

  constructor(ports: AuthorityCommandsPorts) {
    this.#ports = ports;
  }

  /** Gives a new connection this editor's pass key. A failure is told and never thrown. */
  async provideKey(caller: ControlCaller): Promise<void> {
    const { secrets, dialogs, onLog } = this.#ports;
    try {
      await providePassKey(caller, secrets);
    } catch (error) {
      const message = messageOf(error);
      onLog(`pass key: ${message}`);
      dialogs.tell({ kind: 'key-not-given', message });
    }
  }

  async rotateKey(): Promise<void> {
    const { store, secrets, caller, dialogs } = this.#ports;
    const signing = passKeysOf(store.folders).find(({ isSigning }) => isSigning)?.kid;
    if (!(await dialogs.confirm({ kind: 'rotate', signing }))) return;
    const { kid, previous } = await rotatePassKey(caller(), secrets);
    dialogs.tell({ kind: 'rotated', kid, previous });
  }

  /** Revokes what a node of the authority view is about; without one, asks what. */
  async revoke(node?: unknown): Promise<void> {
    const { caller, dialogs } = this.#ports;
    const target = revocationTarget(node) ?? (await this.#chooseTarget());
    if (target === undefined) return;
    const reason = await dialogs.askReason('revoke');
    if (reason === undefined || !(await dialogs.confirm({ kind: 'revoke', target }))) return;
    await caller().call('revocations/add', { ...target, reason });
    dialogs.tell({ kind: 'revoked', target });
    // Where it was the signing key, passes are to be signed with a key of this editor again.
    if (target.kind === 'key') await this.provideKey(caller());
  }

  async stopEverything(): Promise<void> {
    const { caller, dialogs, stopReason: reason } = this.#ports;
    if (!(await dialogs.confirm({ kind: 'stop' }))) return;
    await caller().call('revocations/add', { kind: 'all', reason });
    dialogs.tell({ kind: 'stopped' });
  }

  /** Ends every stop there is. Passes that were issued before stay revoked. */
  async resume(): Promise<void> {
    const stops = this.#liftable().filter(({ kind }) => kind === 'all');
    const [stopped] = stops;
    if (stopped === undefined) this.#ports.dialogs.tell({ kind: 'nothing-to-lift' });
    else await this.#lift(stopped, stops);
  }

  /** Lifts the revocation of an agent or a task that a node is about; without one, asks which. */
  async lift(node?: unknown): Promise<void> {
    const { dialogs } = this.#ports;
    const liftable = this.#liftable().filter(({ kind }) => kind !== 'all');
    const given = liftable.find(({ id }) => isObject(node) && node['id'] === `revocation/${id}`);
    if (given === undefined && liftable.length === 0) {
      dialogs.tell({ kind: 'nothing-to-lift' });
      return;
    }
    const revocation = given ?? (await dialogs.chooseRevocation(liftable));
    if (revocation !== undefined) await this.#lift(revocation, [revocation]);
  }

  /** Settles the call of a node of the authority view; without one, asks which. */
  async reconcile(node?: unknown): Promise<void> {
    const { caller, dialogs } = this.#ports;
    const call = await this.#chooseCall(node);
    if (call === undefined) return;
    const outcome = await dialogs.chooseOutcome(call);
    const reason = outcome && (await dialogs.askReason('reconcile'));
    if (outcome === undefined || reason === undefined) return;
    if (!(await dialogs.confirm({ kind: 'reconcile', call, outcome }))) return;
    const { folder, reservation } = call.node;
    const settled = { workspace: folder, id: reservation.id, outcome, reason };
    await caller().call('budgets/reconcile', settled);
    dialogs.tell({ kind: 'reconciled', outcome });
  }

  async copyKeys(): Promise<void> {
    const { caller, dialogs } = this.#ports;
    const { jwks } = await caller().call('keys/jwks', {});
    await dialogs.copy(JSON.stringify(jwks, null, 2));
    dialogs.tell({ kind: 'keys-copied' });
  }

  #liftable(): RevocationView[] {
    return revocationsOf(this.#ports.store.folders).filter(isLiftable);
  }

  /** Asks about one revocation, and lifts all that stand in the way of the same. */
  async #lift(revocation: RevocationView, all: readonly RevocationView[]): Promise<void> {
    const { caller, dialogs } = this.#ports;
    const reason = await dialogs.askReason('lift');
    if (reason === undefined || !(await dialogs.confirm({ kind: 'lift', revocation }))) return;
    for (const { id } of all) await caller().call('revocations/lift', { id, reason });
    dialogs.tell({ kind: 'lifted', revocation });
  }

  async #chooseTarget(): Promise<RevocationTarget | undefined> {
    const { store, clock, dialogs } = this.#ports;
    const kind = await dialogs.chooseKind();
    if (kind === undefined) return undefined;
    const candidates = revocationCandidates(kind, store.folders, clock.now());
    const value = await dialogs.chooseValue(kind, candidates);
    return value === undefined ? undefined : { kind, value };
  }

  async #chooseCall(node: unknown): Promise<UnknownCall | undefined> {
    const { store, dialogs } = this.#ports;
    const calls = unknownOutcomes(store.folders).map((known) => this.#described(known));
    const id = isObject(node) ? node['id'] : undefined;
    const given = calls.find((call) => call.node.id === id);
    if (given !== undefined) return given;
    if (calls.length > 0) return dialogs.chooseCall(calls);
    dialogs.tell({ kind: 'nothing-unknown' });
    return undefined;
  }

  #described(node: UnknownNode): UnknownCall {
    const folder = this.#ports.store.folder(node.folder);
    return { node, title: titleOfIntent(folder, node.reservation.id) };
  }
}
