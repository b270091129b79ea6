import { Argument, type Command } from 'commander';

import type { RevokeOptions } from './commands/revoke.js';
import type { CliContext } from './context.js';
import { EXIT_CODES } from './exit-codes.js';
import { absoluteState, examples, stateOption, type StateOption } from './program-options.js';

/** The commands about who may still act: `keys`, `revoke`, `revocations` and `pass`. */
export function addAuthority(program: Command, context: CliContext): void {
  addKeys(program, context);
  addRevoke(program, context);
  addRevocations(program, context);
  addPass(program, context);
}

type JsonOption = StateOption & { readonly json: boolean };

function addKeys(program: Command, context: CliContext): void {
  const keys = program.command('keys').description('the keys that sign and verify passes');
  keys
    .command('list')
    .description('list the keys that passes are verified with')
    .addOption(stateOption(context))
    .option('--json', 'print the keys as JSON', false)
    .action(async (options: JsonOption) => {
      const { keysList } = await import('./commands/keys/list.js');
      await keysList(absoluteState(options, context), context);
    });
  keys
    .command('jwks')
    .description('print the public keys for other verifiers, as a JWK Set')
    .addOption(stateOption(context))
    .addHelpText('after', examples('axtary keys jwks > jwks.json'))
    .action(async (options: StateOption) => {
      const { keysJwks } = await import('./commands/keys/jwks.js');
      await keysJwks(absoluteState(options, context), context);
    });
  keys
    .command('rotate')
    .description('let a new key sign passes from now on')
    .addOption(stateOption(context))
    .option('--json', 'print what was retired as JSON', false)
    .addHelpText('after', ROTATE_HELP)
    .action(async (options: JsonOption) => {
      const { keysRotate } = await import('./commands/keys/rotate.js');
      await keysRotate(absoluteState(options, context), context);
    });
  addKeyFiles(keys, context);
}

const ROTATE_HELP = `
Every key that signs is retired. What it signed verifies for 24 hours more, which is the longest
that a pass lives. A key that leaked is revoked instead: "axtary revoke key". A retired key file is
not taken any more: make another with "axtary keys create".`;

interface KeyFileArguments {
  readonly passphraseFile?: string;
  readonly json: boolean;
}

const PASSPHRASE_FILE = 'one line; default: ask on the terminal';

function addKeyFiles(keys: Command, context: CliContext): void {
  keys
    .command('create')
    .description('make a key to sign passes with, in an encrypted file')
    .argument('<file>', 'where to; never over a file that is there')
    .option('--passphrase-file <file>', PASSPHRASE_FILE)
    .option('--json', 'print the public half as JSON', false)
    .addHelpText(
      'after',
      `
The file is a JWE under a passphrase of at least 12 characters, which is taken neither from the
command line nor from the environment: other processes can read both.
${examples(
  'axtary keys create pass-key.jwe',
  'axtary proxy --pass-key pass-key.jwe --passphrase-file /run/secrets/passphrase',
)}`,
    )
    .action(async (file: string, options: KeyFileArguments) => {
      const { keysCreate } = await import('./commands/keys/create.js');
      await keysCreate({ ...options, file }, context);
    });
  keys
    .command('show')
    .description('print the thumbprint and the public half of a key file')
    .argument('<file>', 'what "axtary keys create" made')
    .option('--passphrase-file <file>', PASSPHRASE_FILE)
    .option('--json', 'print them as JSON', false)
    .action(async (file: string, options: KeyFileArguments) => {
      const { keysShow } = await import('./commands/keys/show.js');
      await keysShow({ ...options, file }, context);
    });
}

const REVOCABLE: readonly {
  readonly kind: RevokeOptions['kind'];
  readonly value: string;
  readonly description: string;
}[] = [
  { kind: 'pass', value: 'jti', description: 'revoke one pass' },
  { kind: 'agent', value: 'agent', description: 'refuse everything that an agent asks for' },
  { kind: 'task', value: 'task', description: 'refuse everything that is done for a task' },
  { kind: 'key', value: 'kid', description: 'refuse every pass that a key has signed' },
  { kind: 'delegation', value: 'jti', description: 'revoke a delegation and all below it' },
];

const LIFTING_HELP = `
A running enforcement host refuses within 0.2 s. Agents, tasks and everything act again once a
person lifts the revocation in VS Code with Axtary; the rest is for good.`;

function addRevoke(program: Command, context: CliContext): void {
  const revoke = program
    .command('revoke')
    .description('refuse a pass, an agent, a task, a key, a delegation, or everything, at once')
    .addHelpText(
      'after',
      `${LIFTING_HELP}
${examples(
  'axtary revoke agent agent:codex --reason "it loops"',
  'axtary revoke all --reason "a laptop was stolen" --yes',
)}`,
    );
  for (const { kind, value, description } of REVOCABLE) {
    withReason(revoke.command(kind), context)
      .description(description)
      .addArgument(new Argument(`<${value}>`))
      .addHelpText('after', LIFTING_HELP)
      .action(async (given: string, options: JsonOption & { readonly reason: string }) => {
        const { revoke: run } = await import('./commands/revoke.js');
        await run({ ...absoluteState(options, context), kind, value: given }, context);
      });
  }
  withReason(revoke.command('all'), context)
    .description('stop everything: every call is refused until a person lifts it')
    .option('--yes', 'ask nobody', false)
    .addHelpText('after', LIFTING_HELP)
    .action(async (options: JsonOption & { readonly reason: string; readonly yes: boolean }) => {
      const { revokeAll } = await import('./commands/revoke.js');
      await revokeAll(absoluteState(options, context), context);
    });
}

function withReason(command: Command, context: CliContext): Command {
  return command
    .requiredOption('--reason <text>', 'why, for whoever reads the ledger')
    .addOption(stateOption(context))
    .option('--json', 'print the revocation as JSON', false);
}

function addRevocations(program: Command, context: CliContext): void {
  const revocations = program.command('revocations').description('what was revoked');
  revocations
    .command('list')
    .description('list what was revoked, newest first, and what of it was lifted')
    .addOption(stateOption(context))
    .option('--json', 'print the revocations as JSON', false)
    .action(async (options: JsonOption) => {
      const { revocationsList } = await import('./commands/revocations-list.js');
      await revocationsList(absoluteState(options, context), context);
    });
}

interface PassVerifyArguments extends JsonOption {
  readonly action: string;
  readonly issuer: string;
  readonly audience?: string;
  readonly keys?: string;
  readonly presentedBy?: string;
}

function addPass(program: Command, context: CliContext): void {
  const pass = program.command('pass').description('work with passes');
  pass
    .command('verify')
    .description('verify offline that a pass permits exactly this action, now')
    .argument('<pass>', 'the pass, or "-": on standard input')
    .requiredOption('--action <file>', 'the action, as JSON')
    .requiredOption('--issuer <issuer>', 'who must have issued it (iss)')
    .option('--audience <name>', 'who verifies: a pass that names its audience is for nobody else')
    .option('--presented-by <jkt>', 'thumbprint of the key that was proved, for a bound pass')
    .option('--keys <file>', 'JWK Set to trust, in place of the state; checks no revocations')
    .addOption(stateOption(context))
    .option('--json', 'print the claims, or the code, as JSON', false)
    .addHelpText(
      'after',
      `
The pass is not used up. Passes of an enforcement host have the issuer urn:axtary:enforcement-host.
${examples(
  'axtary pass verify --action action.json --issuer https://axtary.example - < pass.jwt',
  'axtary pass verify --action action.json --issuer https://axtary.example --keys jwks.json -',
)}
Exit codes: ${EXIT_CODES.ok} it is valid, ${EXIT_CODES.failed} it is not, ${EXIT_CODES.usage} the command line is wrong.`,
    )
    .action(async (token: string, options: PassVerifyArguments) => {
      const { passVerify } = await import('./commands/pass-verify.js');
      await passVerify({ ...absoluteState(options, context), token }, context);
    });
}
