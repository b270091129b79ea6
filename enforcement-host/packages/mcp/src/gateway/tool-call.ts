import {
  canonicalize,
  type Action,
  type Clock,
  type HandlerProgress,
  type JsonObject,
  type Pin,
} from '@axtary/core';
import { newId, sha256 } from '@axtary/core/digest';
import type { ProxyRuntime } from '@axtary/proxy';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

import { McpGatewayError } from '../errors.js';
import { anyObject } from '../json.js';
import type { Timer } from '../timer.js';
import type { UpstreamDefinition } from '../upstream/definition.js';
import { definitionHash, type ToolDefinition } from '../upstream/tools.js';
import type { Upstream } from '../upstream/upstream.js';
import { MCP_TOOL } from '../upstream/upstreams.js';
import type { Announcements } from './announcements.js';
import type { ClientDescription } from './hold.js';
import type { Identity, SessionDescription } from './identity.js';
import { CallProgress } from './progress.js';
import { stoppedResult, toolResultOf } from './results.js';
import { RpcError } from './rpc-error.js';
import type { Retries } from './retries.js';
import type { RecordTools } from './seen-tools.js';
import { SUBAGENT, delegatedTo, type Delegate } from './subagent.js';
import { traceOf } from '../trace-context.js';

/** One call, for whoever finds out what it touches. */
export interface InspectedCall {
  readonly server: string;
  readonly definition: UpstreamDefinition;
  readonly tool: string;
  readonly arguments: JsonObject;
}

/** What a call touches and what must stay true until it runs. */
export interface Inspection {
  readonly paths?: readonly string[];
  readonly pins?: readonly Pin[];
}

/** `undefined`: touches no file that is known. A rejection blocks the call. */
export type Inspect = (call: InspectedCall) => Promise<Inspection | undefined>;

export interface CallDependencies {
  readonly runtime: Pick<ProxyRuntime, 'handle'>;
  readonly folder: string;
  readonly identity: Identity;
  readonly inspect?: Inspect | undefined;
  readonly delegate?: Delegate | undefined;
  readonly announcements?: Announcements | undefined;
  readonly recordTools?: RecordTools | undefined;
  readonly holdFor: (client: ClientDescription) => number | undefined;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly retries: Retries;
}

export interface CallContext {
  readonly upstream: Upstream;
  readonly session: SessionDescription;
  /** The tools as this client was last shown them. */
  readonly shown: ReadonlyMap<string, JsonObject>;
  /** Called where a tool is not as this client was shown it: the client has to list again. */
  readonly onOutdated: () => void;
  readonly signal: AbortSignal;
  readonly sendProgress?: ((progress: HandlerProgress) => void) | undefined;
}

const paramsSchema = z.object({
  name: z.string().min(1).max(512),
  arguments: anyObject.default({}),
  _meta: anyObject.optional(),
});

type CallParams = z.infer<typeof paramsSchema>;

/**
 * Brings one `tools/call` to its result through the runtime: nothing reaches the server unless the
 * runtime executes it.
 *
 * @returns a CallToolResult; a call that is not executed is one with `isError`.
 */
export async function callTool(
  dependencies: CallDependencies,
  context: CallContext,
  params: unknown,
): Promise<JsonObject> {
  const parsed = paramsSchema.safeParse(params);
  if (!parsed.success) {
    throw new RpcError(ErrorCode.InvalidParams, 'expected a tool name and an object of arguments');
  }
  let prepared: Prepared;
  try {
    prepared = await prepare(dependencies, context, parsed.data);
  } catch (error) {
    return stoppedResult(error);
  }
  return run(dependencies, context, prepared);
}

interface Prepared {
  readonly action: Action;
  /** Of a sub-agent, root first. */
  readonly delegation?: readonly string[] | undefined;
  /** The same for every call that says the same. */
  readonly key: string;
}

async function prepare(
  dependencies: CallDependencies,
  context: CallContext,
  call: CallParams,
): Promise<Prepared> {
  const { upstream, signal } = context;
  // Before anything is waited for: identical calls take their announcements in order.
  const claimed = claimOf(call, dependencies.announcements);
  const tool = await upstream.tool(call.name, { now: false, signal });
  requireAsShown(context, tool);
  const { definitionHash } = tool;
  const { name: server, identity: serverIdentity } = upstream;
  await dependencies.recordTools?.([{ server, tool: call.name, serverIdentity, definitionHash }]);
  const { protocolVersion } = await upstream.describe(signal);
  const mcp = {
    server,
    serverIdentity,
    protocolVersion,
    definitionHash,
  };
  const inspection = await dependencies.inspect?.({
    server,
    definition: upstream.definition,
    tool: call.name,
    arguments: call.arguments,
  });
  const identity = dependencies.identity(context.session);
  const delegated = await delegatedTo(dependencies.delegate, {
    session: context.session,
    identity,
    claimed,
  });
  const actor = delegated ? { ...identity.actor, agent: delegated.agent } : identity.actor;
  const established = { call, mcp, inspection, identity: { ...identity, actor } };
  return { ...asAction(dependencies, context, established), delegation: delegated?.tokens };
}

/** What the client itself says counts; else what its hook announced. */
function claimOf(call: CallParams, announcements: Announcements | undefined): unknown {
  const own = call._meta?.[SUBAGENT];
  return own === undefined ? announcements?.take(call.name, call.arguments) : own;
}

// A tool that is not the one the model was shown may do anything under its name.
function requireAsShown({ shown, onOutdated }: CallContext, tool: ToolDefinition): void {
  const before = shown.get(tool.name);
  if (before === undefined || definitionHash(before) === tool.definitionHash) return;
  onOutdated();
  throw new McpGatewayError(
    'MCP_TOOL_CHANGED',
    `the tool ${JSON.stringify(tool.name)} of the MCP server "${tool.server}" changed since its ` +
      'tools were listed. Nothing was sent. List the tools again and read what it does now',
  );
}

interface Established {
  readonly identity: ReturnType<Identity>;
  readonly call: CallParams;
  readonly mcp: NonNullable<Action['context']['mcp']>;
  readonly inspection: Inspection | undefined;
}

function asAction(
  { folder, clock, retries }: CallDependencies,
  { upstream, session }: CallContext,
  { call, mcp, inspection, identity: { actor, intent } }: Established,
): Prepared {
  const resource = `mcp:${upstream.name}/${call.name}`;
  const payload = { server: upstream.name, name: call.name, arguments: call.arguments };
  const pins: Pin[] = [
    ...(inspection?.pins ?? []),
    { kind: 'tool_definition', subject: resource, digest: mcp.definitionHash },
  ];
  const paths = inspection?.paths;
  const established = { mcp, pins, ...(paths ? { paths: [...paths] } : {}) };
  const window = session.window.id;
  const key = sha256(canonicalize({ window, actor, payload, established }));
  const known = retries.find(key, clock.now().getTime());
  if (known) return { action: known, key };
  const action: Action = {
    id: newId('act'),
    actor,
    intent,
    capability: { tool: MCP_TOOL, resource, payload, constraints: {} },
    context: {
      source: 'mcp',
      workspace: folder,
      session: session.id,
      ...established,
      ...traceOf(call._meta),
      verified: [
        'mcp',
        'pins',
        'workspace',
        'session',
        ...(paths ? (['paths'] as const) : []),
        ...(intent.request === undefined ? [] : (['request'] as const)),
      ],
    },
  };
  return { action, key };
}

async function run(
  dependencies: CallDependencies,
  { upstream, session, signal, sendProgress }: CallContext,
  { action, key, delegation }: Prepared,
): Promise<JsonObject> {
  const { runtime, retries, timer } = dependencies;
  const progress = sendProgress && new CallProgress(sendProgress, timer);
  const holdFor = dependencies.holdFor({
    ...session.client,
    hasProgressToken: sendProgress !== undefined,
  });
  const stopListening = upstream.onExecuting(action.id, () => progress?.approved());
  const result = await runtime.handle(action, {
    signal,
    ...(delegation && { delegation }),
    ...(session.window.jkt !== undefined && { presentedBy: session.window.jkt }),
    ...(holdFor === undefined ? {} : { holdFor }),
    ...(progress && { onProgress: (step: HandlerProgress) => progress.forward(step) }),
    onPending: ({ id, expiresAt }) => {
      retries.keep(key, action, Date.parse(expiresAt));
      progress?.wait(id);
    },
  });
  stopListening();
  progress?.stop();
  if (result.status === 'blocked' && result.code === 'APPROVAL_PENDING') retries.keep(key, action);
  else retries.drop(key, action);
  return toolResultOf(result);
}
