import { generateKeyPairSync } from 'node:crypto';

import type { ControlProtocol, Params } from '@axtary/protocol';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

import type { ControlClient } from './control-client.js';

type PrivateJwk = Params<ControlProtocol, 'keys/provide'>['jwk'];

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

/** A new P-256 key, as the JWK that an editor keeps. */
export function newPrivateJwk(): PrivateJwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-256', x, y, d };
}

/** The text of a tool result. */
export function textOf(result: Awaited<ReturnType<Client['callTool']>>): string {
  const { content } = result as CallToolResult;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}
