import { parseAction, type Action } from '@axtary/core';
import { createPolicy, type Policy } from '@axtary/policy';

const TOOLS = ['read_text_file', 'list_directory', 'search_files', 'get_file_info', 'read_file'];

/** 20 rules, of which one allows the action, and none of the others applies. */
export function policyOf20Rules(): Policy {
  const allows = TOOLS.flatMap((tool, index) => [
    {
      id: `allow-${index}`,
      effect: 'allow' as const,
      match: { tool: 'mcp.tool.call', resource: `mcp:files/${tool}` },
      when: [{ field: 'context.paths', matches: ['src/**', 'docs/**'] }],
    },
    {
      id: `ask-${index}`,
      effect: 'step_up' as const,
      match: { tool: 'mcp.tool.call', resource: `mcp:files/${tool}` },
      when: [{ field: 'payload.arguments.head', min: 1000 + index }],
    },
    {
      id: `secrets-${index}`,
      effect: 'deny' as const,
      match: { tool: 'mcp.tool.call', resource: `mcp:*/${tool}` },
      when: [
        { field: 'context.paths', matches: ['**/.env*', '**/.git/**', `**/secret-${index}/**`] },
      ],
    },
    {
      id: `channel-${index}`,
      effect: 'step_up' as const,
      match: { tool: 'slack.chat.postMessage', resource: `slack:channel/C${index}` },
    },
  ]);
  return createPolicy({ version: 1, preset: 'none', policies: allows }, 'bench');
}

/** About 1.8 kB in canonical form. */
export function action(id: string): Action {
  return {
    id: `act_${id}`,
    actor: {
      agent: 'agent:claude-code',
      human: 'user:ada@example.com',
      tenant: 'org:example',
      runtime: 'claude-code 2.1.0',
    },
    intent: { task: 'AXT-418', summary: 'Find where totals are rounded' },
    capability: {
      tool: 'mcp.tool.call',
      resource: 'mcp:files/read_text_file',
      payload: {
        name: 'read_text_file',
        arguments: { path: 'src/billing/invoice.ts', head: 200, note: 'x'.repeat(900) },
      },
      constraints: {},
    },
    context: {
      source: 'mcp',
      workspace: '/home/ada/shop',
      session: 'ses_0123456789',
      mcp: {
        server: 'files',
        serverIdentity: `sha256:${'1'.repeat(64)}`,
        protocolVersion: '2025-11-25',
        definitionHash: `sha256:${'2'.repeat(64)}`,
      },
      paths: ['src/billing/invoice.ts'],
      verified: ['mcp', 'paths'],
    },
  };
}

export const parsedAction = parseAction(action('bench'));
