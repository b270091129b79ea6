import path from 'node:path';

import { createFilePinChecker, inspectMcpFileCall, type FileServer } from '@axtary/adapters';
import type { ApprovalRequest, ApprovalResolver, ReviewMaterial } from '@axtary/approvals';
import type { Budgets } from '@axtary/budgets';
import { isJsonObject, type Clock } from '@axtary/core';
import type { Ledger, LocalPayloadStore } from '@axtary/ledger';
import {
  createMcpGateway,
  createUpstreams,
  type Announcements,
  type Identity,
  type InspectedCall,
  type McpGateway,
  type RecordTools,
  type SessionDescription,
  type StdioUpstream,
  type UpstreamDefinition,
  type Upstreams,
} from '@axtary/mcp';
import type { Policy, PolicyServer } from '@axtary/policy';
import { createProxyRuntime, type ApprovalVerifier, type SignerSource } from '@axtary/proxy';

import type { Authority } from '../authority/authority.js';
import type { Delegations } from '../authority/delegations.js';
import { VERSION } from '../version.js';
import type { HumanRequests } from './requests.js';

/** Longest that a tool may run; MCP clients time out on their own long before. */
const HANDLER_TIMEOUT_MS = 10 * 60 * 1000;
/** `iss` of passes and delegations. */
export const ISSUER = 'urn:axtary:enforcement-host';

export interface EngineOptions {
  readonly folder: string;
  /** The policy this engine is built for: its servers, its tenant, its human. */
  readonly policy: Policy;
  /** The policy that decides, asked anew for every call. */
  readonly enforced: () => Policy;
  readonly ledger: Ledger;
  readonly signer: SignerSource;
  /** Thumbprint of the enforcement host's own key: it presents the passes itself. */
  readonly holder: string;
  readonly authority: Authority;
  readonly delegations: Delegations;
  /** They outlive this engine: a client opens its session anew, and sends its call again. */
  readonly announcements: Announcements;
  readonly approvalResolver: ApprovalResolver;
  readonly verifyApproval: ApprovalVerifier;
  /** They outlive this engine: a new policy does not begin to count anew. */
  readonly budgets: Budgets;
  readonly payloads: LocalPayloadStore;
  readonly recordTools: RecordTools;
  readonly requests: HumanRequests;
  /** Owner of calls where the policy names nobody. */
  readonly osUser: string;
  readonly clock: Clock;
}

/** Everything that executes under one version of a policy. */
export interface Engine {
  readonly gateway: McpGateway;
  readonly upstreams: Upstreams;
  close(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  const { folder, policy, clock } = options;
  const tenant = policy.tenant ?? 'org:local';
  const servers = Object.fromEntries([...policy.servers].map(toUpstream));
  const upstreams = createUpstreams({ servers, folder, clock, softwareVersion: VERSION });
  const runtime = createProxyRuntime({
    issuer: ISSUER,
    tenant,
    ledger: options.ledger,
    handlers: { 'mcp.tool.call': upstreams.handler },
    policy: options.enforced,
    signer: options.signer,
    holder: options.holder,
    keyring: options.authority.keyring,
    revocations: options.authority,
    approvalResolver: options.approvalResolver,
    verifyApproval: options.verifyApproval,
    pinCheckers: { file: createFilePinChecker(), tool_definition: upstreams.definitionPinChecker },
    budgets: options.budgets,
    payloads: options.payloads,
    handlerTimeoutMs: HANDLER_TIMEOUT_MS,
    maxDelegationDepth: policy.maxDelegationDepth,
    clock,
  });
  const gateway = createMcpGateway({
    upstreams,
    runtime,
    folder,
    clock,
    inspect: (call) => inspectFiles(folder, call),
    announcements: options.announcements,
    recordTools: options.recordTools,
    delegate: ({ id: session, window: { jkt } }, { actor, intent }, subagent) => {
      const { maxDelegationDepth } = options.enforced();
      const delegator = { actor, intent, session, jkt };
      return options.delegations.forSubagent(delegator, subagent, maxDelegationDepth);
    },
    identity: (session) =>
      identityOf(session, {
        human: policy.human ?? `user:${options.osUser}`,
        tenant,
        request: options.requests.get(session.id, session.window.id),
      }),
  });
  return {
    gateway,
    upstreams,
    async close() {
      await gateway.close();
      await runtime.close();
      await upstreams.close();
    },
  };
}

function toUpstream([name, server]: [string, PolicyServer]): [string, UpstreamDefinition] {
  if (server.transport === 'http') return [name, { url: server.url, headers: server.headers }];
  const { command, args, env, cwd } = server;
  return [name, { command, args, env, ...(cwd !== undefined && { cwd }) }];
}

function inspectFiles(
  folder: string,
  { tool, arguments: args, definition }: InspectedCall,
): ReturnType<typeof inspectMcpFileCall> {
  const server = 'command' in definition ? fileServer(folder, definition) : undefined;
  return inspectMcpFileCall({
    workspace: folder,
    tool,
    arguments: args,
    ...(server && { server }),
  });
}

function fileServer(folder: string, { command, args = [], cwd = '.' }: StdioUpstream): FileServer {
  return { command, args, cwd: path.resolve(folder, cwd) };
}

interface OnBehalfOf {
  readonly human: string;
  readonly tenant: string;
  readonly request: string | undefined;
}

/** An agent is called what its client calls itself: a claim, and shown as one. */
function identityOf(
  { id, client, server }: SessionDescription,
  { human, tenant, request }: OnBehalfOf,
): ReturnType<Identity> {
  const name = (client?.name ?? 'unknown').slice(0, 128);
  const version = (client?.version ?? '').slice(0, 64);
  return {
    actor: { agent: `agent:${name}`, human, tenant, runtime: `${name} ${version}`.trim() },
    intent: {
      task: id,
      summary: `A tool call of ${name} to ${server}`,
      ...(request !== undefined && { request }),
    },
  };
}

/** What a reviewer is shown of an MCP call beside its payload: the exact change to files. */
export async function describeForReview(
  engine: Engine,
  folder: string,
  { parsed }: ApprovalRequest,
): Promise<ReviewMaterial> {
  const { server, name, arguments: args } = parsed.action.capability.payload;
  if (typeof server !== 'string' || typeof name !== 'string' || !isJsonObject(args)) return {};
  const { definition } = engine.upstreams.get(server);
  const found = await inspectFiles(folder, { server, tool: name, arguments: args, definition });
  return {
    ...(found?.changes && { files: found.changes }),
    ...(found?.note !== undefined && { diffNote: found.note }),
  };
}
