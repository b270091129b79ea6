import path from 'node:path';

import { Command, Option } from 'commander';

import { addAuthority } from './authority-program.js';
import type { CliContext } from './context.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { addHook } from './hook-program.js';
import { addPolicy } from './policy-program.js';
import {
  absoluteState,
  examples,
  ledgerOf,
  stateOption,
  withLedger,
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
  addVerifyExport(program, context);
  addLedger(program, context);
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
  readonly json: boolean;
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

interface VerifyArguments extends LedgerOptions {
  readonly anchor?: string;
  readonly trustRoot?: string;
  readonly json: boolean;
}

function addVerifyExport(program: Command, context: CliContext): void {
  verifyOptions(program.command('verify-export'))
    .description('verify an exported ledger, offline')
    .argument('<file>', 'the export')
    .addHelpText(
      'after',
      examples(
        'axtary verify-export evidence.jsonl',
        'axtary verify-export evidence.jsonl --anchor 1042:sha256:9f86…',
      ) + EXIT_CODES_HELP,
    )
    .action(async (file: string, options: VerifyArguments) => {
      const { verify } = await import('./commands/verify.js');
      await verify({ ...options, mode: 'export', file }, context);
    });
}

function addLedger(program: Command, context: CliContext): void {
  const ledger = program.command('ledger').description('work with the ledger of a folder');
  verifyOptions(withLedger(ledger.command('verify'), context))
    .description('verify a ledger in place, also while it is written')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (given: string | undefined, options: VerifyArguments) => {
      const { verify } = await import('./commands/verify.js');
      const file = given ?? (await ledgerOf(options, context));
      await verify({ ...options, mode: 'ledger', file }, context);
    });
  withLedger(ledger.command('export'), context)
    .description('copy the ledger up to its last signed checkpoint')
    .requiredOption('--out <file>', 'where to; it appears whole or not at all')
    .option('--json', 'print the anchor as JSON', false)
    .addHelpText('after', examples('axtary ledger export --out evidence.jsonl'))
    .action(async (options: LedgerOptions & { readonly out: string; readonly json: boolean }) => {
      const { ledgerExport } = await import('./commands/ledger-export.js');
      await ledgerExport({ ...options, ledger: await ledgerOf(options, context) }, context);
    });
  withLedger(ledger.command('path'), context)
    .description('print where the ledger lies')
    .action(async (options: LedgerOptions) => {
      context.terminal.print(await ledgerOf(options, context));
    });
}

function verifyOptions(command: Command): Command {
  return command
    .option('--anchor <anchor>', 'what is known from elsewhere: SIZE:HASH, or a JSON file')
    .option('--trust-root <kid>', 'thumbprint (RFC 7638) of the checkpoint key, from elsewhere')
    .option('--json', 'print the report as JSON', false);
}
