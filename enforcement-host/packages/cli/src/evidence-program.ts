import path from 'node:path';

import { systemClock } from '@axtary/core';
import type { LedgerFormatName } from '@axtary/ledger';
import { InvalidArgumentError, Option, type Command } from 'commander';

import { addLedgerAnchor } from './anchor-program.js';
import type { CliContext } from './context.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { examples, ledgerOf, withLedger, type LedgerOptions } from './program-options.js';
import { addLedgerTail } from './tail-program.js';

/** The commands about the ledger: what it is worth, and what is handed on of it. */
export function addEvidence(program: Command, context: CliContext): void {
  addAttest(program, context);
  addVerifyExport(program, context);
  const ledger = program.command('ledger').description('work with the ledger of a folder');
  addVerifyLedger(ledger, context);
  addDisclose(ledger, context);
  addExport(ledger, context);
  addLedgerTail(ledger, context, FORMATS);
  addReplay(ledger, context);
  addForget(ledger, context);
  addLedgerAnchor(ledger, context, async (file) => {
    const { readLedgerTree } = await import('./ledger-tree.js');
    return readLedgerTree(file);
  });
  withLedger(ledger.command('path'), context)
    .description('print where the ledger lies')
    .action(async (options: LedgerOptions) => {
      context.terminal.print(await ledgerOf(options, context));
    });
}

interface AttestArguments extends LedgerOptions {
  readonly out: string;
  readonly from?: number;
  readonly since?: string;
  readonly until?: string;
  readonly type: readonly string[];
  readonly agent: readonly string[];
  readonly tool: readonly string[];
  readonly redact: readonly string[];
  readonly disclosures?: string;
  readonly after?: string;
  readonly key?: string;
  readonly json: boolean;
}

function addAttest(program: Command, context: CliContext): void {
  withLedger(program.command('attest-ledger'), context)
    .description('export the ledger up to its last checkpoint, and sign the export')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .requiredOption('--out <file>', 'where to; it appears whole or not at all')
    .option('--from <seq>', 'begin at this record', wholeNumber)
    .option('--since <time>', 'only records from this moment on, RFC 3339 in UTC')
    .option('--until <time>', 'only records before this moment')
    .option('--type <type>', 'only records of this type; may be repeated', list, [])
    .option('--agent <name>', 'only calls of this agent; may be repeated', list, [])
    .option('--tool <name>', 'only calls of this tool; may be repeated', list, [])
    .option('--redact <member>', 'keep a sealed member back; may be repeated', list, [])
    .option('--disclosures <file>', 'write what opens the members kept back to this file')
    .option('--after <size:root>', 'prove that an earlier export is the beginning of this one')
    .option('--key <file>', 'the key of the ledger; default: beside it')
    .option('--json', 'print the anchor as JSON', false)
    .addHelpText('after', ATTEST_HELP)
    .action(async (file: string | undefined, options: AttestArguments) => {
      const { attest } = await import('./commands/attest-ledger.js');
      const ledger = await namedLedger(file, options, context);
      await attest({ ...options, ...selectionOf(options), ledger }, context);
    });
}

const ATTEST_HELP = `
Without a selection the export holds every record, chained; with --since, --until, --type, --agent
or --tool each record comes with a proof that it is in the ledger. Sealed members that are kept back
with --redact stay in the chain as salted digests, and can be opened later: one by one with what
"axtary ledger disclose" writes, all of them with the file of --disclosures, which is replaced.
Names: payloadHash, actionHash, human, resource, constraints, context, intent, artifact, denied,
usage, result, resultHash, error, reason, workspace, name; alone, or for one type such as
decision.context.
${examples(
  'axtary attest-ledger --out evidence.jsonl',
  'axtary attest-ledger --redact payloadHash --redact context --out for-the-auditor.jsonl',
  'axtary attest-ledger --agent agent:codex --since 2026-11-01T00:00:00.000Z --out codex.jsonl',
)}`;

function selectionOf({ since, until, type, agent, tool }: AttestArguments) {
  const select = {
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(type.length > 0 && { types: [...type] }),
    ...(agent.length > 0 && { agents: [...agent] }),
    ...(tool.length > 0 && { tools: [...tool] }),
  };
  return Object.keys(select).length === 0 ? {} : { select };
}

interface VerifyArguments extends LedgerOptions {
  readonly anchor: readonly string[];
  readonly anchorKey: readonly string[];
  readonly bearerFile?: string;
  readonly trustRoot?: string;
  readonly disclosures?: string;
  readonly json: boolean;
}

const ANCHORS_HELP = `
--anchor may be repeated. A file holds what "attest-ledger --json" printed, or what "ledger anchor
--to file" kept. From git: the checkpoints that "ledger anchor --to git" committed to a branch
(axtary-anchors) of a repository of this machine, which is not fetched first; those count that
--anchor-key has signed, which "axtary ledger note-key" prints. https://… (or http to this machine)
is a control plane. A witness cannot be asked: its protocol has no request that reads. What is older
than an anchor is TRUNCATED, also where nobody cut it: an export of last week ends before a
checkpoint of today. An anchor that knows nothing of the ledger is an error.
`;

function addVerifyExport(program: Command, context: CliContext): void {
  verifyOptions(program.command('verify-export'))
    .description('verify an exported ledger, offline')
    .argument('<file>', 'the export')
    .option('--disclosures <file>', 'open sealed members with what "ledger disclose" wrote')
    .addHelpText(
      'after',
      examples(
        'axtary verify-export evidence.jsonl',
        'axtary verify-export evidence.jsonl --anchor 1042:sha256:9f86…',
        'axtary verify-export evidence.jsonl --anchor git:../anchors --anchor-key axtary.com/…',
      ) +
        ANCHORS_HELP +
        EXIT_CODES_HELP,
    )
    .action(async (file: string, options: VerifyArguments) => {
      const { verify } = await import('./commands/verify.js');
      await verify({ ...options, mode: 'export', file }, context);
    });
}

function addVerifyLedger(ledger: Command, context: CliContext): void {
  verifyOptions(withLedger(ledger.command('verify'), context))
    .description('verify a ledger in place with all its segments, also while it is written')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .addHelpText('after', ANCHORS_HELP + EXIT_CODES_HELP)
    .action(async (given: string | undefined, options: VerifyArguments) => {
      const { verify } = await import('./commands/verify.js');
      const file = await namedLedger(given, options, context);
      await verify({ ...options, mode: 'ledger', file }, context);
    });
}

function addDisclose(ledger: Command, context: CliContext): void {
  withLedger(ledger.command('disclose'), context)
    .description('open sealed members of a record for whoever has an export without them')
    .argument('<seq>', 'the record', wholeNumber)
    .argument('<members...>', 'such as payloadHash or context')
    .option('--file <ledger>', 'the ledger; default: that of the workspace')
    .option('--out <file>', 'add it to this file; default: print it')
    .addHelpText('after', examples('axtary ledger disclose 42 payloadHash --out opened.jsonl'))
    .action(
      async (
        seq: number,
        members: readonly string[],
        { out, file, ...options }: DiscloseArguments,
      ) => {
        const { ledgerDisclose } = await import('./commands/ledger-disclose.js');
        const ledger = await namedLedger(file, options, context);
        await ledgerDisclose({ ledger, seq, members, out }, context);
      },
    );
}

interface ExportArguments extends LedgerOptions {
  readonly format: LedgerFormatName;
  readonly out: string;
  readonly since?: string;
  readonly until?: string;
}

const FORMATS = ['jsonl', 'csv', 'ocsf', 'cef', 'leef', 'ecs', 'otlp'] as const;

function addExport(ledger: Command, context: CliContext): void {
  withLedger(ledger.command('export'), context)
    .description('write the ledger in a format of other systems; it is no evidence then')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .addOption(new Option('--format <format>', 'which').choices(FORMATS).makeOptionMandatory())
    .requiredOption('--out <file>', 'where to, or - for standard output')
    .option('--since <time>', 'records from this moment on, RFC 3339 in UTC')
    .option('--until <time>', 'records before this moment')
    .addHelpText('after', EXPORT_HELP)
    .action(async (given: string | undefined, options: ExportArguments) => {
      const { ledgerExport } = await import('./commands/ledger-export.js');
      const { format, out, since, until } = options;
      const file = await namedLedger(given, options, context);
      await ledgerExport({ ledger: file, format, out, since, until }, context);
    });
}

const EXPORT_HELP = `
jsonl: the records. csv: RFC 4180. ocsf: OCSF 1.8 API Activity (6003). cef, leef: ArcSight and
QRadar. ecs: Elastic Common Schema 8. otlp: OTLP/HTTP JSON logs with the GenAI and MCP conventions.
${examples('axtary ledger export --format ocsf --out events.jsonl')}`;

interface ReplayArguments extends LedgerOptions {
  readonly policies?: string;
  readonly payloads?: string;
  readonly from?: number;
  readonly to?: number;
  readonly json: boolean;
}

function addReplay(ledger: Command, context: CliContext): void {
  withLedger(ledger.command('replay'), context)
    .description('recompute every decision from its record and the policy that it names')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .option('--policies <folder>', 'policies by their hash; default: beside the ledger')
    .option('--payloads <folder>', 'payloads by their hash; default: beside the ledger')
    .option('--from <seq>', 'first record', wholeNumber)
    .option('--to <seq>', 'last record', wholeNumber)
    .option('--json', 'print each result as a line of JSON', false)
    .addHelpText('after', REPLAY_HELP)
    .action(async (given: string | undefined, options: ReplayArguments) => {
      const { ledgerReplay } = await import('./commands/ledger-replay.js');
      const { policies, payloads, from, to, json } = options;
      const file = await namedLedger(given, options, context);
      await ledgerReplay({ ledger: file, policies, payloads, from, to, json }, context);
    });
}

const REPLAY_HELP = `
Ends with 0 where every decision comes out the same, with 1 where one differs, and with 4 where
none differs but some could not be recomputed: a payload was erased, a policy was not kept, or what
its "preset" and "packs" bring is not what this version of axtary ships. What was denied without
asking a policy (not an action, revoked, of another tenant, out of its delegation) is counted apart.`;

interface ForgetArguments extends LedgerOptions {
  readonly payloads?: string;
  readonly olderThan?: number;
}

function addForget(ledger: Command, context: CliContext): void {
  withLedger(ledger.command('forget'), context)
    .description('erase payloads; their records stay, and the ledger verifies as before')
    .argument('[what...]', 'payload hashes, or records of the calls')
    .option('--older-than <days>', 'all that were last kept before that, such as 90d', days)
    .option('--payloads <folder>', 'payloads by their hash; default: beside the ledger')
    .addHelpText(
      'after',
      examples('axtary ledger forget 42', 'axtary ledger forget --older-than 90d'),
    )
    .action(async (what: readonly string[], options: ForgetArguments) => {
      const { ledgerForget } = await import('./commands/ledger-forget.js');
      const { payloads, olderThan } = options;
      const file = await ledgerOf(options, context);
      const clock = systemClock;
      await ledgerForget(
        { ledger: file, payloads, what, olderThanDays: olderThan, clock },
        context,
      );
    });
}

interface DiscloseArguments extends LedgerOptions {
  readonly file?: string;
  readonly out?: string;
}

function verifyOptions(command: Command): Command {
  return command
    .option(
      '--anchor <anchor>',
      'what is known from elsewhere: SIZE:HASH, a file, git:REPOSITORY[#BRANCH], or https://…',
      list,
      [],
    )
    .option('--anchor-key <key>', 'git: the key of its notes; may be repeated', list, [])
    .option('--bearer-file <file>', 'https: the bearer, on one line')
    .option('--trust-root <kid>', 'thumbprint (RFC 7638) of the first key, from elsewhere')
    .option('--json', 'print the report as JSON', false);
}

async function namedLedger(
  file: string | undefined,
  options: LedgerOptions,
  context: CliContext,
): Promise<string> {
  return file === undefined ? ledgerOf(options, context) : path.resolve(context.cwd, file);
}

function list(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function days(text: string): number {
  return wholeNumber(text.replace(/d$/, ''));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text)) return value;
  throw new InvalidArgumentError('expected a whole number from 0');
}
