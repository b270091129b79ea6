import type { CliContext } from '../context.js';
import { Bridge } from '../mcp/bridge.js';
import { readLines, TOO_LONG } from '../mcp/lines.js';
import { MAX_MESSAGE_BYTES, readMessage } from '../mcp/messages.js';
import { agentEndpoint, defaultStateFolder, realFolder } from '../state-folder.js';

export interface McpOptions {
  readonly server: string;
  readonly workspace: string;
  readonly state?: string;
}

/**
 * An MCP server on standard input and output: one server of the gateway, for clients that know
 * only this transport. Standard output carries JSON-RPC and nothing else. Ends with its input.
 */
export async function mcp(options: McpOptions, context: CliContext): Promise<void> {
  const { stdin, stdout, terminal, platform } = context;
  const folder = await realFolder(options.workspace);
  const bridge = new Bridge({
    socketPath: agentEndpoint(options.state ?? defaultStateFolder(context), platform),
    url: new URL(`http://axtary/mcp/by-folder/${encodeURIComponent(options.server)}`),
    headers: { 'x-axtary-workspace': encodeURIComponent(folder) },
    deliver: (message) => stdout.write(`${JSON.stringify(message)}\n`),
    warn: (text) => terminal.warn(`axtary mcp: ${text}`),
  });
  await Promise.race([forwardAll(bridge, context), closed(stdout)]);
  await bridge.close();
  // A client that reads no more may still hold our input open.
  stdin.destroy();
}

async function forwardAll(bridge: Bridge, { stdin, stdout }: CliContext): Promise<void> {
  for await (const line of readLines(stdin, MAX_MESSAGE_BYTES)) {
    if (line !== TOO_LONG && isBlank(line)) continue;
    const message = readMessage(line);
    if ('answer' in message) stdout.write(`${JSON.stringify(message.answer)}\n`);
    else bridge.forward(message);
  }
}

function closed(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => {
      resolve();
    });
  });
}

function isBlank(line: Uint8Array): boolean {
  return Buffer.from(line).toString('latin1').trim() === '';
}
