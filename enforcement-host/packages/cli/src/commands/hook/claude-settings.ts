import { fileURLToPath } from 'node:url';

import type { CliContext } from '../../context.js';

/** Longer than the hook ever takes. */
const TIMEOUT_SECONDS = 10;

/** Prints the entry for `.claude/settings.json` that runs the hook before every MCP call. */
export function printClaudeSettings({ terminal }: Pick<CliContext, 'terminal'>): void {
  const bin = fileURLToPath(new URL('../../bin.js', import.meta.url));
  const hook = {
    type: 'command',
    command: process.execPath,
    args: [bin, 'hook', 'claude-code'],
    timeout: TIMEOUT_SECONDS,
  };
  const settings = { hooks: { PreToolUse: [{ matcher: 'mcp__.*', hooks: [hook] }] } };
  terminal.print(JSON.stringify(settings, null, 2));
}
