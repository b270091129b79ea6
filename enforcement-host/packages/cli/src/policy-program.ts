import { InvalidArgumentError, Option, type Command } from 'commander';

import type { SubjectSource } from './commands/policy/subjects.js';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { EXIT_CODES } from './exit-codes.js';
import { examples, ledgerOf, withLedger, type LedgerOptions } from './program-options.js';

/** The commands `axtary policy …`. */
export function addPolicy(program: Command, context: CliContext): void {
  const policy = program.command('policy').description('write, try out and prove policies');
  addCheck(policy, context);
  addSimulate(policy, context);
  addExplain(policy, context);
  addTest(policy, context);
  addDiff(policy, context);
  addExport(policy, context);
  addProve(policy, context);
}

function addCheck(policy: Command, context: CliContext): void {
  policy
    .command('check')
    .description('say what is wrong with policies and their tests, and where')
    .argument('[file...]', 'policies and *.test.yml', ['axtary.yml'])
    .option('--json', 'print the issues as JSON (lines and columns from 0)', false)
    .addHelpText(
      'after',
      examples('axtary policy check', 'axtary policy check policies/ci.yml policies/ci.test.yml'),
    )
    .action(async (files: readonly string[], { json }: { json: boolean }) => {
      const { policyCheck } = await import('./commands/policy/check.js');
      await policyCheck({ files, json }, context);
    });
}

interface SubjectArguments extends LedgerOptions {
  readonly policy: string;
  readonly ledger?: string | true;
  readonly last?: number;
  readonly facts?: string;
  readonly now?: string;
  readonly json: boolean;
}

/** Options of the commands that decide actions. */
function withSubjects(command: Command, context: CliContext): Command {
  return withLedger(
    command
      .argument('[action]', 'a JSON file with one action; .ndjson, or "-": one on each line')
      .option('--policy <file>', 'the policy', 'axtary.yml')
      .option('--ledger [range]', 'decisions of the ledger: FROM..TO, FROM.., ..TO, a number')
      .option('--last <count>', 'only the last so many decisions of the ledger', wholeNumber)
      .option('--facts <file>', 'JSON with now, usage and approvals, over those of each action')
      .option('--now <time>', 'decide as if at this time, such as 2026-01-05T10:00:00Z'),
    context,
  );
}

const ACTIONS_HELP = `
An action is a whole one, or short: {"tool": "mcp.tool.call", "resource": "mcp:fs/write_file",
"payload": {…}, "context": {"paths": [".env"]}}, where what is left out has values that say nothing.
{"action": …, "facts": …} gives facts with it. Meters that no fact names have counted nothing.`;

function addSimulate(policy: Command, context: CliContext): void {
  withSubjects(policy.command('simulate'), context)
    .description('decide actions without executing any, and say why')
    .option('--all', 'show also the rules that are about something else', false)
    .option('--json', 'print one line of JSON for each action, with every rule', false)
    .addHelpText(
      'after',
      `${ACTIONS_HELP}
${examples(
  'axtary policy simulate action.json',
  'axtary policy simulate --policy draft.yml --ledger --last 100',
  'cat actions.ndjson | axtary policy simulate - --json',
)}
Exit codes: ${EXIT_CODES.ok} all are allowed, ${EXIT_CODES.approvalNeeded} some need an approval, ${EXIT_CODES.denied} some are denied, ${EXIT_CODES.failed} a line is no
action, or nothing was decided, ${EXIT_CODES.usage} the command line is wrong.`,
    )
    .action(async (action: string | undefined, options: SubjectArguments & { all: boolean }) => {
      const { simulate } = await import('./commands/policy/simulate.js');
      await simulate({ ...options, source: await sourceOf(action, options, context) }, context);
    });
}

function addExplain(policy: Command, context: CliContext): void {
  policy
    .command('explain')
    .description('say in words what rules do, and where they come from')
    .argument('[rule]', 'id of a rule; default: all rules in force')
    .option('--policy <file>', 'the policy', 'axtary.yml')
    .option('--json', 'print the rules as JSON, with their normal form', false)
    .addHelpText(
      'after',
      examples('axtary policy explain', 'axtary policy explain no-secrets --policy draft.yml'),
    )
    .action(async (rule: string | undefined, options: { policy: string; json: boolean }) => {
      const { explain } = await import('./commands/policy/explain.js');
      await explain({ ...options, ...(rule !== undefined && { rule }) }, context);
    });
}

interface TestArguments {
  readonly format: 'pretty' | 'tap';
  readonly json: boolean;
  readonly coverage: boolean;
  readonly minCoverage?: number;
}

function addTest(policy: Command, context: CliContext): void {
  const format = new Option('--format <how>', 'how to print').choices(['pretty', 'tap']);
  policy
    .command('test')
    .description('run the tests of policies: files *.test.yml')
    .argument('[files...]', 'test files, or folders to search', ['.'])
    .addOption(format.default('pretty'))
    .option('--json', 'print the results and the coverage as JSON', false)
    .option('--coverage', 'print how many tests each rule took part in', false)
    .option('--min-coverage <percent>', "fail below so many percent of a policy's rules", percent)
    .addHelpText(
      'after',
      `
Tests are about the policy they name, else the one they are named after, else axtary.yml beside
them:

  tests:
    - name: a write of .env is denied
      action:
        tool: mcp.tool.call
        resource: mcp:fs/write_file
        context: { paths: [.env] }
      expect: { decision: deny, rules: [no-secrets] }
${examples('axtary policy test', 'axtary policy test policies --min-coverage 100 --format tap')}
Exit codes: ${EXIT_CODES.ok} all passed, ${EXIT_CODES.failed} a test failed or is none, or too few rules are covered.`,
    )
    .action(async (paths: readonly string[], { json, format: how, ...options }: TestArguments) => {
      const { policyTest } = await import('./commands/policy/test.js');
      await policyTest({ ...options, paths, format: json ? 'json' : how }, context);
    });
}

interface DiffArguments extends LedgerOptions {
  readonly over?: string;
  readonly last: number;
  readonly json: boolean;
}

function addDiff(policy: Command, context: CliContext): void {
  withLedger(policy.command('diff'), context)
    .description('say what another policy would change, also over past actions')
    .argument('<old>', 'the policy as it is')
    .argument('<new>', 'the policy as it would be')
    .option('--over <actions>', '"ledger", or an .ndjson file: actions to decide by both')
    .option('--last <count>', 'of the ledger, only the last so many decisions', wholeNumber, 1000)
    .option('--json', 'print the changes as JSON', false)
    .addHelpText(
      'after',
      `${examples(
        'axtary policy diff axtary.yml draft.yml',
        'axtary policy diff axtary.yml draft.yml --over ledger --last 5000',
        'git show HEAD:axtary.yml > old.yml; axtary policy diff old.yml axtary.yml --json',
      )}
Exit codes: ${EXIT_CODES.ok} no difference, ${EXIT_CODES.changed} the policies differ, or decide an action differently,
${EXIT_CODES.failed} one is no policy, or a line is no action.`,
    )
    .action(async (before: string, after: string, options: DiffArguments) => {
      const { policyDiff } = await import('./commands/policy/diff.js');
      const { over, json } = options;
      const source = over === undefined ? undefined : await overSource(over, options, context);
      await policyDiff({ before, after, json, ...(source && { source }) }, context);
    });
}

async function overSource(
  over: string,
  options: DiffArguments,
  context: CliContext,
): Promise<SubjectSource> {
  if (over === '-') return { kind: 'stdin' };
  if (over !== 'ledger') return { kind: 'file', file: over };
  return { kind: 'ledger', file: await ledgerOf(options, context), last: options.last };
}

function addExport(policy: Command, context: CliContext): void {
  const to = new Option('--to <format>', 'what to write').choices([
    'cedar',
    'cedar-patterns',
    'cedar-schema',
    'rego',
    'rego-data',
    'json-schema',
    'tests-json-schema',
  ]);
  policy
    .command('export')
    .description('write a policy out for Cedar or Rego, or a schema for editors')
    .addOption(to.makeOptionMandatory())
    .option('--policy <file>', 'the policy; the schemas for editors need none', 'axtary.yml')
    .option('--out <file>', 'where to; default: standard output')
    .addHelpText(
      'after',
      examples(
        'axtary policy export --to cedar --out axtary.cedar',
        'axtary policy export --to rego-data --policy draft.yml',
        'axtary policy export --to json-schema --out axtary.schema.json',
      ),
    )
    .action(async (options: { to: string; policy: string; out?: string }) => {
      const { policyExport } = await import('./commands/policy/export.js');
      await policyExport(options, context);
    });
}

function addProve(policy: Command, context: CliContext): void {
  withSubjects(policy.command('prove'), context)
    .description('decide actions with three engines (ours, Cedar, Rego), side by side')
    .option('--json', 'print one line of JSON for each action', false)
    .addHelpText(
      'after',
      `${ACTIONS_HELP}
Engines say what the policy says before anyone has approved anything.
${examples('axtary policy prove action.json', 'axtary policy prove --ledger --last 100')}
Exit codes: ${EXIT_CODES.ok} the engines agree, ${EXIT_CODES.disagreement} they do not, ${EXIT_CODES.failed} a line is no action, or nothing was
decided, ${EXIT_CODES.usage} the command line is wrong.`,
    )
    .action(async (action: string | undefined, options: SubjectArguments) => {
      const { prove } = await import('./commands/policy/prove.js');
      await prove({ ...options, source: await sourceOf(action, options, context) }, context);
    });
}

async function sourceOf(
  action: string | undefined,
  options: SubjectArguments,
  context: CliContext,
): Promise<SubjectSource> {
  const { ledger, last } = options;
  const isLedger = ledger !== undefined || last !== undefined;
  if (isLedger === (action !== undefined)) {
    const message = 'expected either a file with actions ("-" for standard input) or --ledger';
    throw new CliError('CLI_USAGE', message);
  }
  if (action === '-') return { kind: 'stdin' };
  if (action !== undefined) return { kind: 'file', file: action };
  const { parseRange } = await import('./commands/policy/subjects.js');
  const range = typeof ledger === 'string' ? parseRange(ledger) : {};
  const file = await ledgerOf(options, context);
  return { kind: 'ledger', file, ...range, ...(last !== undefined && { last }) };
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number.');
}

function percent(text: string): number {
  const number = wholeNumber(text);
  if (number <= 100) return number;
  throw new InvalidArgumentError('expected a number from 0 to 100.');
}
