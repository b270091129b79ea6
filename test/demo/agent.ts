import path from 'node:path';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { textOf } from '../testkit/agent.js';
import { REPOSITORY } from '../testkit/folders.js';
import { CHANGED_INVOICE } from './sample-workspace.js';

const CLI = path.join(REPOSITORY, 'enforcement-host', 'packages', 'cli', 'dist', 'bin.js');

export interface SampleAgentOptions {
  readonly workspace: string;
  readonly state: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

interface PlannedCall {
  readonly server: 'filesystem' | 'everything';
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly expect: string;
}

/** Six calls: two run, two are denied, two wait for a person. */
function plannedCalls(workspace: string): readonly PlannedCall[] {
  const file = (name: string): string => path.join(workspace, name);
  return [
    {
      server: 'filesystem',
      tool: 'read_text_file',
      args: { path: file('src/invoice.ts') },
      expect: 'runs',
    },
    { server: 'everything', tool: 'echo', args: { message: 'hello' }, expect: 'runs' },
    {
      server: 'filesystem',
      tool: 'write_file',
      args: { path: file('.env'), content: 'PAYMENT_API_KEY=stolen\n' },
      expect: 'is denied: a secret',
    },
    { server: 'everything', tool: 'get-env', args: {}, expect: 'is denied: by a rule' },
    {
      server: 'filesystem',
      tool: 'write_file',
      args: { path: file('src/invoice.ts'), content: CHANGED_INVOICE },
      expect: 'waits for you',
    },
    {
      server: 'filesystem',
      tool: 'edit_file',
      args: {
        path: file('README.md'),
        edits: [{ oldText: 'rounded line by line', newText: 'rounded once, at the end' }],
      },
      expect: 'waits for you',
    },
  ];
}

/**
 * A scripted agent: a real MCP client whose servers are `axtary mcp`, as a command-line agent's
 * would be. Waits until the enforcement host serves the workspace, then makes its calls.
 */
export async function runSampleAgent(options: SampleAgentOptions): Promise<void> {
  const { workspace, say } = options;
  const clients = {
    filesystem: await connectWhenServed('filesystem', options),
    everything: await connectWhenServed('everything', options),
  };
  await Promise.all(
    plannedCalls(workspace).map(async ({ server, tool, args, expect }, index) => {
      const name = `call ${String(index + 1)} of 6, ${tool} (${expect})`;
      const result = await clients[server].callTool(
        { name: tool, arguments: { ...args } },
        undefined,
        {
          timeout: 24 * 60 * 60 * 1000,
          signal: options.signal,
        },
      );
      const [first = ''] = textOf(result).split('\n');
      say(
        `${name}: ${result.isError === true ? 'not executed' : 'executed'}: ${first.slice(0, 160)}`,
      );
    }),
  );
}

async function connectWhenServed(
  server: string,
  { workspace, state, signal }: SampleAgentOptions,
): Promise<Client> {
  for (;;) {
    signal.throwIfAborted();
    const client = new Client({ name: 'sample-agent', version: '1.0.0' });
    try {
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [CLI, 'mcp', '--server', server, '--workspace', workspace, '--state', state],
          stderr: 'ignore',
        }),
      );
      return client;
    } catch {
      // Nobody has opened the editor or trusted the policy yet: `axtary mcp` waited, then said so.
      await client.close();
    }
  }
}
