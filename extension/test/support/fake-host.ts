import { createServer, type Server, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
  AxtaryError,
  CONTROL_PROTOCOL_VERSION,
  answer,
  controlProtocol,
  createNotifier,
  type Approver,
  type ControlProtocol,
  type RequestHandlers,
} from '@axtary/protocol';
import { compactVerify, importJWK } from 'jose';
import {
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
} from 'vscode-jsonrpc/node';

import { demoDetail, demoState } from './demo.js';
import { FakeAuthority } from './fake-authority.js';

type Handlers = RequestHandlers<ControlProtocol>;
type PolicyMethods =
  | 'policy/analyze'
  | 'policy/complete'
  | 'policy/hover'
  | 'policy/rename'
  | 'policy/activity'
  | 'policy/ruleFrom'
  | 'policy/simulate'
  | 'policy/impact'
  | 'policy/diff'
  | 'policy/tests'
  | 'policy/cancel';
type Notify = ReturnType<typeof createNotifier<ControlProtocol>>;

/** An enforcement host that decides nothing: a real socket, the real protocol, made-up answers. */
export class FakeHost {
  readonly challenge = 'challenge-of-this-connection';
  readonly calls: { readonly method: string; readonly params: unknown }[] = [];
  approvers: Approver[] = [];
  jwks = new Map<string, object>();
  version = '1.0.0';
  protocolVersion = CONTROL_PROTOCOL_VERSION;
  enrolmentOpen = true;
  readonly authority = new FakeAuthority();
  overrides: Partial<Handlers> = {};
  notify: Notify | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #folder: string | undefined;

  async listen(): Promise<string> {
    this.#folder ??= await mkdtemp(path.join(tmpdir(), 'axtary-fake-'));
    const endpoint = path.join(this.#folder, 'control.sock');
    const server = createServer((socket) => {
      this.#serve(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(endpoint, resolve));
    return endpoint;
  }

  /** As if the process had ended. */
  async crash(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else
        server.close(() => {
          resolve();
        });
    });
  }

  async dispose(): Promise<void> {
    await this.crash();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
  }

  called(method: string): unknown[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.params);
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    const rpc = createMessageConnection(
      new StreamMessageReader(socket),
      new StreamMessageWriter(socket),
    );
    socket.on('close', () => {
      this.#sockets.delete(socket);
      rpc.dispose();
    });
    this.notify = createNotifier<ControlProtocol>(rpc);
    answer(controlProtocol, rpc, this.#recorded({ ...this.#handlers(), ...this.overrides }));
    rpc.listen();
  }

  #recorded(handlers: Handlers): Handlers {
    const entries = Object.entries(handlers).map(([method, handler]) => [
      method,
      (params: unknown) => {
        this.calls.push({ method, params });
        return (handler as (params: unknown) => unknown)(params);
      },
    ]);
    return Object.fromEntries(entries) as Handlers;
  }

  #handlers(): Handlers {
    return {
      'session/open': () => ({
        challenge: this.challenge,
        version: this.version,
        protocolVersion: this.protocolVersion,
        approvers: this.approvers,
        enrolmentOpen: this.enrolmentOpen,
      }),
      'session/prove': async ({ proof }) => {
        const { kid, claims } = await this.#verify(proof);
        const approver = this.approvers.find((known) => known.kid === kid);
        if (approver === undefined || claims.challenge !== this.challenge) throw refused();
        return { approver };
      },
      'approvers/enrol': async ({ jwk, name, proof, code }) => {
        if (code !== 'recovery' && !(this.enrolmentOpen && code.length > 20)) throw refused();
        const kid = kidOf(proof);
        this.jwks.set(kid, jwk);
        await this.#verify(proof);
        const approver = { kid, name, enrolledAt: '2026-01-01T00:00:00.000Z' };
        this.approvers.push(approver);
        this.enrolmentOpen = false;
        return { approver, recoveryCode: 'RECOVERY' };
      },
      'workspaces/open': ({ workspace }) => demoState(workspace),
      'workspaces/close': () => ({}),
      'policy/check': () => ({ issues: [] }),
      'policy/proposal': () => ({ issues: [] }),
      'policy/trust': ({ workspace }) => demoState(workspace),
      ...this.#policyHandlers(),
      ...this.authority.handlers(),
      'sessions/request': () => ({}),
      'payloads/retain': () => ({}),
      'anchors/set': () => ({}),
      'approvals/list': () => ({ pending: [] }),
      'approvals/get': () => demoDetail(),
      'approvals/answer': () => {
        throw refused();
      },
      'ledger/list': () => ({ items: [], size: 0 }),
      'ledger/export': () => {
        throw refused();
      },
      'ledger/verify': () => {
        throw refused();
      },
      'ledger/query': () => {
        throw refused();
      },
      'ledger/rows': () => ({ rows: [] }),
      'ledger/detail': () => {
        throw refused();
      },
      'ledger/accept': () => {
        throw refused();
      },
      'agents/endpoint': () => ({ bearer: 'bearer', servers: [] }),
      'host/stop': () => {
        setImmediate(() => void this.crash());
        return {};
      },
    };
  }

  #policyHandlers(): Pick<Handlers, PolicyMethods> {
    const counts = { newlyAllowed: 0, newlyDenied: 0, newlyAsked: 0 };
    return {
      'policy/analyze': () => ({ issues: [], symbols: [], rules: [] }),
      'policy/complete': () => ({ items: [] }),
      'policy/hover': () => ({}),
      'policy/rename': () => ({ edits: [] }),
      'policy/activity': () => ({ since: '2026-01-01T00:00:00.000Z', rules: [], denials: [] }),
      'policy/ruleFrom': () => {
        throw refused();
      },
      'policy/simulate': () => {
        throw refused();
      },
      'policy/impact': () => ({
        ...counts,
        considered: 0,
        missingPayloads: 0,
        changes: [],
        isCancelled: false,
      }),
      'policy/diff': () => {
        throw refused();
      },
      'policy/tests': () => ({ results: [], issues: [], coverage: [] }),
      'policy/cancel': () => ({}),
    };
  }

  async #verify(proof: string): Promise<{ kid: string; claims: { challenge?: unknown } }> {
    const kid = kidOf(proof);
    const jwk = this.jwks.get(kid);
    if (jwk === undefined) throw refused();
    const { payload } = await compactVerify(proof, await importJWK(jwk, 'ES256'));
    return {
      kid,
      claims: JSON.parse(new TextDecoder().decode(payload)) as { challenge?: unknown },
    };
  }
}

function kidOf(proof: string): string {
  const [header = ''] = proof.split('.');
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
}

function refused(): AxtaryError {
  return new AxtaryError('UNAUTHORISED', 'refused');
}
