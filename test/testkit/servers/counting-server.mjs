// A real MCP server over stdio with one tool, `count`, whose every call appends its argument to the
// file named on the command line: what really happened, told by nobody but the disk.
import { appendFileSync } from 'node:fs';
import process from 'node:process';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const [file] = process.argv.slice(2);
const server = new McpServer({ name: 'counting', version: '1.0.0' });
server.registerTool(
  'count',
  { description: 'Counts', inputSchema: { mark: z.string() } },
  ({ mark }) => {
    appendFileSync(file, `${mark}\n`);
    return { content: [{ type: 'text', text: mark }] };
  },
);
await server.connect(new StdioServerTransport());
