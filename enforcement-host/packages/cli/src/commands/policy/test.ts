import path from 'node:path';

import {
  parsePolicy,
  parsePolicyTests,
  runPolicyTests,
  type Policy,
  type RuleCoverage,
} from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { CliError } from '../../errors.js';
import { EXIT_CODES } from '../../exit-codes.js';
import { readText } from '../../read-text.js';
import { addCoverage, percentOf, uncoveredOf } from './coverage.js';
import { MAX_POLICY_BYTES } from './load-policy.js';
import { findTestFiles, policyFileOf } from './test-files.js';
import { printPretty } from './test-report.js';
import { printTap } from './tap.js';
import type { PolicyTestOptions, TestedFile, TestedPolicies } from './tested.js';

/** Runs policy tests, and ends with 1 where any fails, is no test, or too few rules are covered. */
export async function policyTest(options: PolicyTestOptions, context: CliContext): Promise<void> {
  const { cwd, terminal, setExitCode } = context;
  const found = await findTestFiles(options.paths, cwd);
  if (found.length === 0) {
    const message = 'there is no *.test.yml here: name the files or folders to test';
    throw new CliError('CLI_FILE_UNREADABLE', message);
  }
  const tested = await testAll(found, cwd);
  if (!hasPassed(tested, options)) setExitCode(EXIT_CODES.failed);
  if (options.format === 'json') terminal.printJson(toJson(tested));
  else if (options.format === 'tap') printTap(tested, terminal);
  else printPretty(tested, options, terminal);
}

async function testAll(found: readonly string[], cwd: string): Promise<TestedPolicies> {
  const policies = new PolicyFiles(cwd);
  const files: TestedFile[] = [];
  const rules = new Map<string, readonly RuleCoverage[]>();
  for (const each of found) {
    const file = path.relative(cwd, each);
    const {
      tests,
      issues,
      policy: named,
    } = parsePolicyTests(await readText(each, MAX_POLICY_BYTES), file);
    const { name, policy, problems } = await policies.read(policyFileOf(each, named));
    const broken = [...issues.map((issue) => ({ file, ...issue })), ...problems];
    const run = policy === undefined ? undefined : runPolicyTests(policy, tests);
    files.push({ file, policy: name, issues: broken, results: run?.results ?? [] });
    if (run) rules.set(name, addCoverage(rules.get(name) ?? [], run.coverage.rules));
  }
  const coverage = [...rules].map(([policy, counts]) => ({ policy, rules: counts }));
  return { files, coverage };
}

interface PolicyFile {
  readonly name: string;
  readonly policy: Policy | undefined;
  readonly problems: TestedFile['issues'];
}

/** Policies by file; each is read once. */
class PolicyFiles {
  readonly #files = new Map<string, PolicyFile>();
  readonly #cwd: string;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  async read(file: string): Promise<PolicyFile> {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const name = path.relative(this.#cwd, file);
    const { policy, issues } = parsePolicy(await readText(file, MAX_POLICY_BYTES), name);
    const problems = policy ? [] : issues.map((issue) => ({ file: name, ...issue }));
    const read = { name, policy, problems };
    this.#files.set(file, read);
    return read;
  }
}

function hasPassed(
  { files, coverage }: TestedPolicies,
  { minCoverage = 0 }: PolicyTestOptions,
): boolean {
  const isBroken = files.some(({ issues }) => issues.some(({ severity }) => severity === 'error'));
  const hasFailed = files.some(({ results }) => results.some(({ passed }) => !passed));
  const isCovered = coverage.every((each) => percentOf(each) >= minCoverage);
  return !isBroken && !hasFailed && isCovered;
}

function toJson({ files, coverage }: TestedPolicies): unknown {
  const results = files.flatMap((file) => file.results);
  const passed = results.filter((result) => result.passed).length;
  return {
    passed,
    failed: results.length - passed,
    files,
    coverage: coverage.map((each) => ({
      ...each,
      percent: percentOf(each),
      uncovered: uncoveredOf(each),
    })),
  };
}
