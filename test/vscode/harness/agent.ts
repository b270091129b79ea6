import path from 'node:path';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { textOf } from '../../testkit/agent.js';
import { REPOSITORY } from '../../testkit/folders.js';
import { stateFolder } from './axtary-state.js';
import type { Profile } from './profile.js';

const CLI = path.join(REPOSITORY, 'enforcement-host', 'packages', 'cli', 'dist', 'bin.js');

interface Subagent {
  readonly id: string;
  readonly parent?: string;
}

/** A command-line agent: a real MCP client whose server is `axtary mcp`. */
export interface CommandLineAgent {
  /** Calls a tool, itself or as one of its sub-agents; returns what the agent is told. */
  call(tool: string, args: Readonly<Record<string, unknown>>, subagent?: Subagent): Promise<string>;
  close(): Promise<void>;
}

/** Connects to a server of the workspace, through the enforcement host that the editor started. */
export async function startAgent(profile: Profile, server: string): Promise<CommandLineAgent> {
  const place = ['--workspace', profile.workspace, '--state', stateFolder(profile)];
  const client = new Client({ name: 'test-agent', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, 'mcp', '--server', server, ...place],
      stderr: 'ignore',
    }),
  );
  return {
    call: async (tool, args, subagent) => {
      const _meta = subagent && { 'axtary.com/subagent': subagent };
      return textOf(
        await client.callTool({ name: tool, arguments: args, ...(_meta && { _meta }) }),
      );
    },
    close: () => client.close(),
  };
}
