import { createHash, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import path from 'node:path';

import {
  ARTIFACT_TYPES,
  CONTROL_PROTOCOL_VERSION,
  controlProtocol,
  createCaller,
  type ApprovalSummary,
  type Caller,
  type ControlProtocol,
} from '@axtary/protocol';
import {
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
} from 'vscode-jsonrpc/node';

import { signApproval, type Approver } from './approver.js';
import { ENROLMENT_CODE } from './host-process.js';

/** The control endpoint as an editor window uses it. */
export interface ControlClient extends Caller<ControlProtocol> {
  readonly challenge: string;
  readonly socket: Socket;
  /** From the enrolment, where this connection made one. */
  readonly recoveryCode?: string;
  close(): void;
}

export async function connectControl(state: string): Promise<ControlClient> {
  const socket = connect(path.join(state, 'control.sock'));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const rpc = createMessageConnection(
    new StreamMessageReader(socket),
    new StreamMessageWriter(socket),
  );
  // Disposal is what rejects the calls that are still waiting for an answer. It also drops what was
  // received and not yet handled, which is one message a turn.
  socket.once('close', () => afterTurns(64, () => rpc.dispose()));
  rpc.listen();
  const caller = createCaller(controlProtocol, rpc);
  const { challenge } = await caller.call('session/open', {
    client: 'test',
    protocolVersion: CONTROL_PROTOCOL_VERSION,
  });
  return { ...caller, challenge, socket, close: () => socket.destroy() };
}

function afterTurns(turns: number, act: () => void): void {
  setImmediate(() => (turns === 0 ? act() : afterTurns(turns - 1, act)));
}

export async function proof(client: ControlClient, approver: Approver): Promise<string> {
  return approver.sign(ARTIFACT_TYPES.control, { challenge: client.challenge });
}

/** A connection of the first approver: enrols the key, or proves it where it is enrolled. */
export async function connectAs(state: string, approver: Approver): Promise<ControlClient> {
  const client = await connectControl(state);
  const signed = await proof(client, approver);
  try {
    await client.call('session/prove', { proof: signed });
    return client;
  } catch {
    const code = ENROLMENT_CODE;
    return { ...client, recoveryCode: await enrol(client, { approver, proof: signed, code }) };
  }
}

/** A connection of one more approver, enrolled with the recovery code of those before. */
export async function connectAnother(
  state: string,
  approver: Approver,
  recoveryCode: string,
): Promise<ControlClient> {
  const client = await connectControl(state);
  const signed = await proof(client, approver);
  const code = await enrol(client, { approver, proof: signed, code: recoveryCode });
  return { ...client, recoveryCode: code };
}

async function enrol(
  client: ControlClient,
  { approver, ...rest }: { approver: Approver; proof: string; code: string },
): Promise<string> {
  const { jwk, name } = approver;
  const { recoveryCode } = await client.call('approvers/enrol', { jwk, name, ...rest });
  return recoveryCode;
}

/** Trusts the axtary.yml of a workspace as it lies there. */
export async function trustPolicy(
  client: ControlClient,
  approver: Approver,
  workspace: string,
): Promise<void> {
  await client.call('workspaces/open', { workspace });
  const { proposedText = '' } = await client.call('policy/proposal', { workspace });
  const statement = await approver.sign(ARTIFACT_TYPES.policyTrust, {
    jti: randomUUID(),
    sub: approver.name,
    workspace,
    policy_hash: `sha256:${createHash('sha256').update(proposedText).digest('hex')}`,
    iat: Math.floor(Date.now() / 1000),
  });
  await client.call('policy/trust', { workspace, statement });
}

/** Settles with the first pending request that satisfies the condition. */
export function pendingApproval(
  client: ControlClient,
  workspace: string,
  wanted: (approval: ApprovalSummary) => boolean = () => true,
): Promise<ApprovalSummary> {
  return new Promise((resolve, reject) => {
    const look = (pending: readonly ApprovalSummary[]): void => {
      const found = pending.find(wanted);
      if (found) resolve(found);
    };
    client.on('approvals/changed', ({ pending }) => look(pending));
    client.call('approvals/list', { workspace }).then(({ pending }) => look(pending), reject);
  });
}

/** Reads, signs and answers a request as the editor does. */
export async function answerApproval(
  client: ControlClient,
  approver: Approver,
  answer: { approval: ApprovalSummary; verdict: 'approve' | 'deny'; reason?: string },
): Promise<ApprovalSummary> {
  const { id, workspace } = answer.approval;
  const detail = await client.call('approvals/get', { workspace, id });
  const { verdict, reason = '' } = answer;
  const statement = await signApproval(approver, detail, { verdict, reason });
  return client.call('approvals/answer', { workspace, id, statement });
}
