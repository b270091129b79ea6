import { createHash } from 'node:crypto';

/** What the enforcement host is told about a call that follows. */
export interface Announcement {
  readonly client: 'claude-code';
  readonly session: string;
  readonly call: string;
  readonly tool: string;
  readonly arguments: object;
  readonly subagent?: { readonly id: string };
}

/** An announcement, and the folder of the session that it belongs to. */
export interface Announced {
  readonly folder: string;
  readonly announcement: Announcement;
}

type Members = Readonly<Record<string, unknown>>;

const MCP_TOOL = 'mcp__';
const SUBAGENT_ID = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * What there is to announce about the input of a hook of Claude Code: `undefined` unless a tool of
 * an MCP server is about to be called.
 *
 * @throws SyntaxError where it is not the input of a hook.
 */
export function readClaudeInput(text: string): Announced | undefined {
  const input: unknown = JSON.parse(text);
  if (!isObject(input)) throw new SyntaxError('expected an object');
  const { tool_name: name, mcp_server: server, tool_input: args, agent_id: agent } = input;
  const isCall = input['hook_event_name'] === 'PreToolUse' && typeof name === 'string';
  if (!isCall || !name.startsWith(MCP_TOOL)) return undefined;
  if (!isObject(args)) throw new SyntaxError('expected tool_input to be an object');
  if (agent !== undefined && typeof agent !== 'string') {
    throw new SyntaxError('expected agent_id to be a string');
  }
  return {
    folder: textOf(input, 'cwd'),
    announcement: {
      client: 'claude-code',
      session: textOf(input, 'session_id'),
      call: textOf(input, 'tool_use_id'),
      tool: toolOf(name, server),
      arguments: args,
      ...(agent !== undefined && { subagent: { id: subagentIdOf(agent) } }),
    },
  };
}

/** An id that the gateway takes: the agent's own where it is one, else the half of its SHA-256. */
export function subagentIdOf(agentId: string): string {
  if (SUBAGENT_ID.test(agentId)) return agentId;
  return `sha256:${createHash('sha256').update(agentId).digest('hex').slice(0, 32)}`;
}

/** Tool of `mcp__<server>__<tool>`; either may have two underscores in its own name. */
function toolOf(name: string, server: unknown): string {
  const rest = name.slice(MCP_TOOL.length);
  const serverName = isObject(server) ? server['name'] : undefined;
  if (typeof serverName === 'string') {
    const prefix = `${serverName.replace(/[^A-Za-z0-9_-]/g, '_')}__`;
    if (rest.startsWith(prefix)) return rest.slice(prefix.length);
  }
  const [, tool] = /^.+?__(.+)$/s.exec(rest) ?? [];
  if (tool === undefined) throw new SyntaxError('expected tool_name to be mcp__<server>__<tool>');
  return tool;
}

function textOf(input: Members, member: string): string {
  const value = input[member];
  if (typeof value === 'string' && value !== '') return value;
  throw new SyntaxError(`expected ${member} to be a text`);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
