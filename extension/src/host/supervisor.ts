import { randomBytes } from 'node:crypto';

import { RemoteCallError, codeOf, messageOf, type StopReason } from '@axtary/protocol';

import { ExtensionError } from '../errors.js';
import type { HostStatus } from '../model/host-status.js';
import type { ControlCaller, ControlConnection } from './control.js';
import type { EnrolmentCode, Session } from './session.js';

export type ProvedSession = Extract<Session, { kind: 'proved' }>;

/** What the supervisor needs of the world. */
export interface SupervisorPorts {
  readonly version: string;
  readonly connect: () => Promise<ControlConnection>;
  readonly start: (enrolmentCode: string) => Promise<unknown>;
  readonly openSession: (caller: ControlCaller, code?: EnrolmentCode) => Promise<Session>;
  readonly onStatus: (status: HostStatus) => void;
  /** Called with every proved connection, before the status says ready. */
  readonly onSession: (caller: ControlCaller, session: ProvedSession) => Promise<void>;
  readonly onLog: (message: string) => void;
  /** Milliseconds before each further attempt; when they are used up the supervisor gives up. */
  readonly delays: readonly number[];
  /** A session that lasted this long makes the next loss the first one. */
  readonly stableAfterMs: number;
  /** How long the other end may take to open a session. */
  readonly handshakeMs: number;
}

/**
 * Keeps one proved connection to the enforcement host: finds it or starts it, replaces an older
 * one once, and comes back after a loss. It decides nothing about calls.
 */
export class HostSupervisor {
  readonly #ports: SupervisorPorts;
  /** Rises with every start and stop; what belongs to an older run ends itself. */
  #run = 0;
  #connection: ControlConnection | undefined;
  #wake: (() => void) | undefined;
  #hasReplaced = false;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
  }

  /** Begins, or begins anew, to keep a connection. `code` enrols this machine's key. */
  start(code?: EnrolmentCode): void {
    this.#end();
    const run = this.#run;
    this.#ports.onStatus({ kind: 'starting' });
    this.#keep(run, code).catch((error: unknown) => {
      this.#setStatus(run, { kind: 'failed', message: messageOf(error) });
    });
  }

  /** Stops the enforcement host for every window, and stays off. */
  async stop(reason: StopReason): Promise<void> {
    const connection = this.#connection;
    this.#end({ keepOpen: true });
    this.#ports.onStatus({ kind: 'off', reason: 'stopped' });
    if (connection !== undefined) await this.#stopHost(connection, reason);
  }

  /** Lets go of the enforcement host, which goes on without us. */
  detach(status: HostStatus): void {
    this.#end();
    this.#ports.onStatus(status);
  }

  #end(options?: { readonly keepOpen: true }): void {
    this.#run += 1;
    this.#wake?.();
    if (options?.keepOpen !== true) this.#connection?.close();
    this.#connection = undefined;
  }

  #setStatus(run: number, status: HostStatus): void {
    if (run === this.#run) this.#ports.onStatus(status);
  }

  async #keep(run: number, code: EnrolmentCode | undefined): Promise<void> {
    let losses = 0;
    let once = code;
    while (run === this.#run) {
      const outcome = await this.#serve(run, once);
      if (run !== this.#run || outcome.kind === 'ended') return;
      if (outcome.kind === 'final') {
        this.#setStatus(run, outcome.status);
        return;
      }
      // A code is good for one use; a failed recovery code is to be typed again, not replayed.
      once = undefined;
      if (outcome.kind === 'again') continue;
      losses = outcome.wasStable ? 0 : losses;
      const delay = this.#ports.delays[losses];
      losses += 1;
      if (delay === undefined) {
        this.#setStatus(run, outcome.giveUp ?? { kind: 'failed', message: outcome.message });
        return;
      }
      this.#ports.onLog(`${outcome.message}; next attempt in ${delay} ms`);
      this.#setStatus(run, { kind: 'restarting', attempt: losses });
      await this.#sleep(delay);
    }
  }

  /** One connection, from finding the enforcement host to losing it. */
  async #serve(run: number, code: EnrolmentCode | undefined): Promise<Outcome> {
    let isStable = false;
    let timer: NodeJS.Timeout | undefined;
    try {
      const { connection, session } = await this.#attach(code);
      if (run !== this.#run) {
        connection.close();
        return { kind: 'ended' };
      }
      if (session.kind === 'not-enrolled') return notEnrolled(connection, session);
      if (session.isOutdated && !this.#hasReplaced) {
        this.#hasReplaced = true;
        await this.#stopHost(connection, 'upgrade');
        return { kind: 'again' };
      }
      this.#connection = connection;
      connection.caller.on('host/stopping', ({ reason }) => {
        if (reason === 'user' && run === this.#run) this.detach({ kind: 'off', reason: 'stopped' });
      });
      await this.#ports.onSession(connection.caller, session);
      this.#setStatus(run, {
        kind: 'ready',
        approver: session.approver.name,
        version: this.#ports.version,
      });
      timer = setTimeout(() => (isStable = true), this.#ports.stableAfterMs);
      await connection.closed;
      return { kind: 'lost', wasStable: isStable, message: 'the connection was lost' };
    } catch (error) {
      this.#connection?.close();
      if (isFinal(error))
        return { kind: 'final', status: { kind: 'failed', message: messageOf(error) } };
      return { kind: 'lost', wasStable: isStable, message: messageOf(error) };
    } finally {
      clearTimeout(timer);
      if (run === this.#run) this.#connection = undefined;
    }
  }

  async #attach(code: EnrolmentCode | undefined): Promise<Attached> {
    const found = await this.#tryConnect();
    if (found !== undefined) return this.#open(found, code);
    const text = randomBytes(32).toString('base64url');
    const failure = await this.#tryStart(text);
    const connection = await this.#tryConnect();
    // Where another window was faster, our own start failed and theirs answers.
    if (connection === undefined) throw failure ?? notListening();
    return this.#open(connection, code ?? (failure ? undefined : { kind: 'start', text }));
  }

  async #tryStart(code: string): Promise<Error | undefined> {
    try {
      await this.#ports.start(code);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  }

  async #tryConnect(): Promise<ControlConnection | undefined> {
    try {
      return await this.#ports.connect();
    } catch (error) {
      if (codeOf(error) === 'HOST_UNREACHABLE') return undefined;
      throw error;
    }
  }

  async #open(connection: ControlConnection, code: EnrolmentCode | undefined): Promise<Attached> {
    const timer = setTimeout(() => {
      connection.close();
    }, this.#ports.handshakeMs);
    try {
      return { connection, session: await this.#ports.openSession(connection.caller, code) };
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #stopHost(connection: ControlConnection, reason: StopReason): Promise<void> {
    const timer = setTimeout(() => {
      connection.close();
    }, this.#ports.handshakeMs);
    try {
      await connection.caller.call('host/stop', { reason });
    } catch (error) {
      // It may hang up before it answers: that it has gone is what was asked for.
      this.#ports.onLog(`host/stop: ${messageOf(error)}`);
    }
    await connection.closed;
    clearTimeout(timer);
  }

  #sleep(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function notListening(): ExtensionError {
  return new ExtensionError('HOST_UNREACHABLE', 'the enforcement host started but does not listen');
}

interface Attached {
  readonly connection: ControlConnection;
  readonly session: Session;
}

type Outcome =
  | { readonly kind: 'ended' }
  | { readonly kind: 'again' }
  | { readonly kind: 'final'; readonly status: HostStatus }
  | {
      readonly kind: 'lost';
      readonly wasStable: boolean;
      readonly message: string;
      /** What it comes to when no attempt is left. */
      readonly giveUp?: HostStatus;
    };

function notEnrolled(
  connection: ControlConnection,
  { enrolmentOpen }: { enrolmentOpen: boolean },
): Outcome {
  connection.close();
  const status = { kind: 'not-enrolled' } as const;
  if (!enrolmentOpen) return { kind: 'final', status };
  // Nobody is enrolled yet: the window that started it is about to be.
  return { kind: 'lost', wasStable: false, message: 'nobody is enrolled yet', giveUp: status };
}

/** Waiting does not help against these. */
function isFinal(error: unknown): boolean {
  const code = codeOf(error);
  if (code === 'HOST_TOO_NEW' || code === 'KEY_UNREADABLE') return true;
  return (
    error instanceof RemoteCallError && (error.code === 'REMOTE' || error.code === 'UNAUTHORISED')
  );
}
