import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

import type { ControlClient } from './control-client.js';

/** A real MCP client of one server, through the gateway, as an agent of this window has it. */
export async function connectAgent(
  control: ControlClient,
  workspace: string,
  server: string,
): Promise<Client> {
  const { bearer, servers } = await control.call('agents/endpoint', { workspace });
  const url = servers.find(({ name }) => name === server)?.url;
  if (url === undefined) throw new Error(`no server ${server} among ${JSON.stringify(servers)}`);
  const client = new Client({ name: 'test-agent', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${bearer}` } },
  });
  await client.connect(transport);
  return client;
}

/** The text of a tool result. */
export function textOf(result: Awaited<ReturnType<Client['callTool']>>): string {
  const { content } = result as CallToolResult;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}
