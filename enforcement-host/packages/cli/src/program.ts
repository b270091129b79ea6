import path from 'node:path';

import { Command, InvalidArgumentError, Option } from 'commander';

import { addAuthority } from './authority-program.js';
import type { CliContext } from './context.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { addEvidence } from './evidence-program.js';
import { addHook } from './hook-program.js';
import { addPolicy } from './policy-program.js';
import {
  absoluteState,
  examples,
  stateOption,
  type LedgerOptions,
  type StateOption,
} from './program-options.js';

/**
 * The `axtary` command. It does not exit; a wrong command line rejects with commander's error.
 * Commands are loaded when they run, so that `axtary mcp` starts with no more than it needs.
 */
export function createProgram(context: CliContext): Command {
  const program = new Command('axtary')
    .description('Authorize what agents do, not what they have access to.')
    .version(context.version)
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', EXIT_CODES_HELP);
  addInit(program, context);
  addProxy(program, context);
  addMcp(program, context);
  addHook(program, context);
  addPolicy(program, context);
  addAuthority(program, context);
  addEvidence(program, context);
  return program;
}

function addInit(program: Command, context: CliContext): void {
  program
    .command('init')
    .description('write a first axtary.yml')
    .option('--dir <folder>', 'where', '.')
    .addHelpText('after', examples('axtary init', 'axtary init --dir ~/home/ada/shop'))
    .action(async (options: { dir: string }) => {
      const { init } = await import('./commands/init.js');
      await init(options, context);
    });
}

function addProxy(program: Command, context: CliContext): void {
  const trust = new Option('--policy-trust <how>', 'whom to believe about the policy')
    .choices(['signed', 'file'])
    .default('signed');
  program
    .command('proxy')
    .description('run the enforcement host for a folder, in the foreground')
    .option('--config <file>', 'the policy; its folder is the workspace', 'axtary.yml')
    .addOption(trust)
    .option('--pass-key <file>', 'sign passes with this key ("axtary keys create")')
    .option('--passphrase-file <file>', 'its passphrase, on one line; default: ask on the terminal')
    .option(
      '--signer <file>',
      'sign passes with a command, AWS KMS or Vault, as this JSON file says',
    )
    .option('--credentials-file <file>', 'credentials of the signer; default: the environment')
    .option('--payload-days <n>', 'keep payloads of past calls for so many days', positive)
    .option('--payload-megabytes <n>', 'keep so much of them, the newest', positive)
    .addOption(stateOption(context))
    .option('--json', 'print where MCP clients connect, as JSON', false)
    .addHelpText(
      'after',
      `
"signed" enforces only what an approver signed for, in an editor. "file" enforces axtary.yml as it
stands, now and after every change: whoever can write the file decides. step_up still needs an
enrolled approver. Without --pass-key and --signer the enforcement host makes a key for as long as
it runs. --credentials-file holds the Vault token on one line, or what "aws configure
export-credentials" prints; without, VAULT_TOKEN or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
AWS_SESSION_TOKEN are taken out of the environment of the enforcement host.
${examples('axtary proxy --config axtary.yml --policy-trust file')}`,
    )
    .action(async (options: ProxyArguments) => {
      const { proxy } = await import('./commands/proxy.js');
      await proxy(absoluteState(options, context), context);
    });
}

interface ProxyArguments extends StateOption {
  readonly config: string;
  readonly policyTrust: 'signed' | 'file';
  readonly passKey?: string;
  readonly passphraseFile?: string;
  readonly signer?: string;
  readonly credentialsFile?: string;
  readonly payloadDays?: number;
  readonly payloadMegabytes?: number;
  readonly json: boolean;
}

function positive(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 1');
}

function addMcp(program: Command, context: CliContext): void {
  program
    .command('mcp')
    .description('serve one MCP server of the gateway over standard input and output')
    .requiredOption('--server <name>', 'name of the server in axtary.yml')
    .option('--workspace <folder>', 'folder of the axtary.yml', '.')
    .addOption(stateOption(context))
    .addHelpText(
      'after',
      `
Needs a running enforcement host (VS Code with Axtary, or "axtary proxy") in which the policy of
the folder is trusted. In the configuration of an MCP client:

  { "command": "axtary", "args": ["mcp", "--server", "filesystem", "--workspace", "/home/ada/shop"] }`,
    )
    .action(async (options: LedgerOptions & { readonly server: string }) => {
      const { mcp } = await import('./commands/mcp.js');
      const workspace = path.resolve(context.cwd, options.workspace);
      await mcp({ ...absoluteState(options, context), workspace }, context);
    });
}
