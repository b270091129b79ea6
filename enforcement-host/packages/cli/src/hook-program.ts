import type { Command } from 'commander';

import type { CliContext } from './context.js';
import { absoluteState, examples, stateOption, type StateOption } from './program-options.js';

/** The commands that agents run themselves: `hook`. */
export function addHook(program: Command, context: CliContext): void {
  const hook = program.command('hook').description('what agents run before they call a tool');
  hook
    .command('claude-code')
    .description('PreToolUse hook of Claude Code: tells which sub-agent makes an MCP call')
    .option('--print-settings', 'print the entry for .claude/settings.json', false)
    .addOption(stateOption(context))
    .addHelpText(
      'after',
      `
Reads the hook's JSON on standard input, prints nothing and ends with 0: the gateway decides, not
the hook. A sub-agent that was announced acts under a delegation of its own.
${examples('axtary hook claude-code --print-settings')}`,
    )
    .action(async (options: StateOption & { readonly printSettings: boolean }) => {
      if (options.printSettings) {
        const { printClaudeSettings } = await import('./commands/hook/claude-settings.js');
        printClaudeSettings(context);
        return;
      }
      const { claudeCodeHook } = await import('./commands/hook/claude-code.js');
      await claudeCodeHook(context, absoluteState(options, context).state);
    });
}
