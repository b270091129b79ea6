import { parsePolicy } from '@axtary/policy';
import { ApprovalError, verifyApprovalStatement, type ApprovalItem } from '@axtary/approvals';
import {
  CONTROL_PROTOCOL_VERSION,
  type ControlProtocol,
  type Params,
  type RequestHandlers,
  type StopReason,
} from '@axtary/protocol';

import type { Bearers } from '../agent/bearers.js';
import type { Approvers } from '../state/approvers.js';
import { VERSION } from '../version.js';
import { evidenceHandlers } from '../ledger/evidence-handlers.js';
import { ledgerReadingHandlers } from '../ledger/handlers.js';
import { proofOf } from '../ledger/proof.js';
import { refusedState } from '../ledger/refused.js';
import { issuesOf } from '../policy/issues.js';
import type { Runs } from '../policy/runs.js';
import type { Workspace } from '../workspace/workspace.js';
import { authorityHandlers, type AuthorityDependencies } from './authority-handlers.js';
import type { Notify } from './notifications.js';
import { policyHandlers, type PolicyDependencies } from './policy-handlers.js';
import type { ControlSession } from './session.js';
import { approvalDetail, approvalSummary } from './views.js';

export interface ControlDependencies extends PolicyDependencies, AuthorityDependencies {
  readonly approvers: Approvers;
  readonly bearers: Bearers;
  /** Begins to stop the enforcement host. */
  readonly stop: (reason: StopReason) => void;
}

/** What one control connection owns. */
export interface Connection {
  readonly session: ControlSession;
  /** Dies with the connection, and so do the bearers minted for it. */
  readonly id: string;
  readonly runs: Runs;
  readonly notify: Notify;
  follow(workspace: Workspace): void;
  unfollow(workspace: Workspace): void;
}

type Handlers = RequestHandlers<ControlProtocol>;

/** Answers to every method of the control endpoint, for one connection. */
export function controlHandlers(
  connection: Connection,
  dependencies: ControlDependencies,
): Handlers {
  const handlers: Handlers = {
    ...sessionHandlers(connection, dependencies),
    ...workspaceHandlers(connection, dependencies),
    ...policyHandlers(connection, dependencies),
    ...authorityHandlers(connection.session, dependencies),
    ...approvalHandlers(dependencies),
    ...ledgerReadingHandlers(connection, { ...dependencies, proofOf }),
    ...evidenceHandlers(connection, dependencies),
    'agents/endpoint': (params) => endpointOf(params, connection, dependencies),
    'sessions/request': async ({ workspace: folder, session, text }) => {
      const { requests } = await dependencies.workspaces.open(folder);
      requests.set(session === undefined ? { window: connection.id } : { session }, text);
      return {};
    },
    'payloads/retain': async (retention) => {
      await dependencies.workspaces.retain(retention);
      return {};
    },
    'anchors/set': async ({ anchors }) => {
      await dependencies.workspaces.anchor(anchors);
      return {};
    },
    'host/stop': ({ reason }) => {
      dependencies.stop(reason);
      return {};
    },
  };
  return provenOnly(handlers, connection.session);
}

/** Methods that someone who has proven nothing yet may call. */
const OPEN_METHODS = new Set(['session/open', 'session/prove', 'approvers/enrol']);

/** Refuses every other method until the session is proven: one gate, so that none is forgotten. */
function provenOnly(handlers: Handlers, session: ControlSession): Handlers {
  const gated = Object.entries(handlers).map(([method, handler]) => {
    const inner = handler as (params: unknown) => unknown;
    const guarded = (params: unknown): unknown => {
      session.assertProven();
      return inner(params);
    };
    return [method, OPEN_METHODS.has(method) ? inner : guarded];
  });
  return Object.fromEntries(gated) as Handlers;
}

function sessionHandlers(
  { session }: Connection,
  { approvers }: ControlDependencies,
): Pick<Handlers, 'session/open' | 'session/prove' | 'approvers/enrol'> {
  return {
    'session/open': () => ({
      challenge: session.challenge,
      version: VERSION,
      protocolVersion: CONTROL_PROTOCOL_VERSION,
      approvers: approvers.list().map(({ kid, name, enrolledAt }) => ({ kid, name, enrolledAt })),
      enrolmentOpen: approvers.enrolmentOpen,
    }),
    'session/prove': async ({ proof }) => ({ approver: await session.prove(proof) }),
    'approvers/enrol': (request) => session.enrol(request),
  };
}

type WorkspaceMethods =
  'workspaces/open' | 'workspaces/close' | 'policy/check' | 'policy/proposal' | 'policy/trust';

function workspaceHandlers(
  connection: Connection,
  { workspaces }: ControlDependencies,
): Pick<Handlers, WorkspaceMethods> {
  return {
    'workspaces/open': async (params) => {
      try {
        const workspace = await workspaces.open(params.workspace);
        connection.follow(workspace);
        return workspace.state();
      } catch (error) {
        // A window must be able to say why nothing executes, and what a person can do.
        return refusedState(params.workspace, error);
      }
    },
    'workspaces/close': async (params) => {
      connection.unfollow(await workspaces.open(params.workspace));
      return {};
    },
    'policy/check': ({ text }) => ({ issues: issuesOf(parsePolicy(text).issues) }),
    'policy/proposal': async (params) => {
      const { policy } = await workspaces.open(params.workspace);
      await policy.refresh();
      const { enforcedText, proposedText, issues } = policy.proposal();
      const { proposedHash } = policy.state();
      return {
        issues: issuesOf(issues),
        ...(enforcedText !== undefined && { enforcedText }),
        ...(proposedText !== undefined && { proposedText }),
        ...(proposedHash && { proposedHash }),
      };
    },
    'policy/trust': async ({ workspace: folder, statement }) => {
      const workspace = await workspaces.open(folder);
      await workspace.policy.trust(statement);
      return workspace.state();
    },
  };
}

function approvalHandlers({
  workspaces,
  approvers,
}: ControlDependencies): Pick<Handlers, 'approvals/list' | 'approvals/get' | 'approvals/answer'> {
  return {
    'approvals/list': async ({ workspace: folder }) => {
      const workspace = await workspaces.open(folder);
      const pending = await workspace.pendingApprovals();
      return { pending: pending.map((item) => approvalSummary(item, workspace.folder)) };
    },
    'approvals/get': async ({ workspace: folder, id }) => {
      const workspace = await workspaces.open(folder);
      return approvalDetail(await itemOf(workspace, id), workspace.folder);
    },
    'approvals/answer': async ({ workspace: folder, id, statement: signature }) => {
      const workspace = await workspaces.open(folder);
      const item = await itemOf(workspace, id);
      const statement = await verifyApprovalStatement(signature, item, approvers.keys());
      const { sub, reason, verdict } = statement;
      const answer = { id, reason, signature };
      const answered =
        verdict === 'approve'
          ? await workspace.approvals.approve({
              ...answer,
              approvedBy: sub,
              roles: workspace.rolesOf(sub),
            })
          : await workspace.approvals.deny({ ...answer, deniedBy: sub });
      return approvalSummary(answered.item, workspace.folder);
    },
  };
}

async function itemOf(workspace: Workspace, id: string): Promise<ApprovalItem> {
  const item = await workspace.approvals.get(id);
  if (item) return item;
  throw new ApprovalError('APPROVAL_NOT_FOUND', `there is no approval request ${id}`);
}

async function endpointOf(
  { workspace: folder, jkt }: Params<ControlProtocol, 'agents/endpoint'>,
  connection: Connection,
  { workspaces, bearers }: ControlDependencies,
): Promise<{ bearer: string; servers: { name: string; url: string; version: string }[] }> {
  const workspace = await workspaces.open(folder);
  const { enforcedHash } = workspace.policy.state();
  const names = enforcedHash ? workspace.engine().upstreams.servers : [];
  return {
    bearer: bearers.mint(connection.id, workspace.key, jkt),
    servers: names.map((name) => ({
      name,
      url: bearers.url(workspace.key, name),
      // A new policy may mean new tools: editors compare versions to know.
      version: enforcedHash?.slice('sha256:'.length, 'sha256:'.length + 12) ?? '0',
    })),
  };
}
