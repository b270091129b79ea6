import path from 'node:path';

import { canonicalize } from '@axtary/core';
import {
  parsePolicy,
  parsePolicyTests,
  rulePlaces,
  runPolicyTests,
  type Policy,
  type PolicyTestResult as Result,
  type PolicyTests,
} from '@axtary/policy';
import type { PolicyIssue, PolicyTestResult, PolicyTestRun } from '@axtary/protocol';

import { readPolicyFile } from '../workspace/policy-file.js';
import type { Workspace } from '../workspace/workspace.js';
import { issuesOf } from './issues.js';

export interface TestRunOptions {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Stands for axtary.yml of the workspace. */
  readonly policyText?: string | undefined;
}

type Coverage = PolicyTestRun['coverage'][number];

/** Runs files of policy tests, each against the policy that it names. */
export async function runTests(
  workspace: Workspace,
  { files, policyText }: TestRunOptions,
): Promise<PolicyTestRun> {
  const policies = new Policies(workspace, policyText);
  const run = new Run();
  for (const file of files) {
    const tests = parsePolicyTests(file.text, path.basename(file.path));
    const name = policyFileOf(workspace.folder, file.path, tests.policy);
    const policy = await policies.get(name);
    const issues = issuesOf(tests.issues);
    if ('problem' in policy) run.addIssues(file.path, [...issues, atTop(policy.problem)]);
    else {
      run.addIssues(file.path, issues);
      run.addResults({ file: file.path, name, policy, tests });
    }
    // Between files everybody else gets a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return run.result();
}

/** Where a file of tests finds its policy: what it names, or `x.yml` beside `x.test.yml`. */
function policyFileOf(folder: string, testFile: string, named: string | undefined): string {
  const file = path.resolve(folder, testFile);
  const beside = path.basename(file).replace(/\.test(?=\.ya?ml$)/, '');
  return path.join(path.dirname(file), named ?? beside);
}

class Policies {
  readonly #workspace: Workspace;
  readonly #read = new Map<string, Promise<Policy | { readonly problem: string }>>();

  constructor(workspace: Workspace, policyText: string | undefined) {
    this.#workspace = workspace;
    if (policyText === undefined) return;
    const main = path.join(workspace.folder, 'axtary.yml');
    this.#read.set(main, Promise.resolve(parsed(policyText, 'axtary.yml')));
  }

  get(file: string): Promise<Policy | { readonly problem: string }> {
    const reading = this.#read.get(file) ?? this.#readNow(file);
    this.#read.set(file, reading);
    return reading;
  }

  async #readNow(file: string): Promise<Policy | { readonly problem: string }> {
    const { folder } = this.#workspace;
    const inside = path.relative(folder, file);
    if (inside.startsWith('..') || path.isAbsolute(inside)) {
      return { problem: 'expected a policy inside the workspace' };
    }
    const read = await readPolicyFile(file);
    if (read.status === 'read') return parsed(read.text, inside);
    // Without a policy of its own name, a file of tests is about axtary.yml in its folder.
    const main = path.join(path.dirname(file), 'axtary.yml');
    if (read.status === 'missing' && file !== main) return this.get(main);
    return { problem: read.status === 'missing' ? `there is no ${inside}` : read.message };
  }
}

function parsed(text: string, name: string): Policy | { readonly problem: string } {
  const { policy } = parsePolicy(text, name);
  return policy ?? { problem: `${name} is not a valid policy` };
}

function atTop(message: string): PolicyIssue {
  const start = { line: 0, column: 0 };
  return { code: 'no-policy', severity: 'error', message, range: { start, end: start } };
}

interface TestedFile {
  readonly file: string;
  /** Of the policy. */
  readonly name: string;
  readonly policy: Policy;
  readonly tests: PolicyTests;
}

class Run {
  readonly #results: PolicyTestResult[] = [];
  readonly #issues: PolicyTestRun['issues'] = [];
  readonly #coverage = new Map<string, Coverage>();

  addIssues(file: string, issues: PolicyIssue[]): void {
    if (issues.length > 0) this.#issues.push({ file, issues });
  }

  addResults({ file, name, policy, tests }: TestedFile): void {
    const { results, coverage } = runPolicyTests(policy, tests.tests);
    const places = new Map(rulePlaces(policy.text).map(({ id, range }) => [id, range]));
    for (const result of results) this.#results.push(resultOf(file, result));
    for (const { rule, origin, held, fired } of coverage.rules) {
      if (origin !== 'file') continue;
      const key = JSON.stringify([name, rule]);
      const before = this.#coverage.get(key) ?? { policy: name, rule, held: 0, fired: 0 };
      const added = { held: before.held + held, fired: before.fired + fired };
      const range = places.get(rule);
      this.#coverage.set(key, { ...before, ...added, ...(range && { range }) });
    }
  }

  result(): PolicyTestRun {
    return {
      results: this.#results,
      issues: this.#issues,
      coverage: [...this.#coverage.values()],
    };
  }
}

function resultOf(file: string, result: Result): PolicyTestResult {
  const { name, range, passed, message, expected, actual } = result;
  return {
    file,
    name,
    range,
    isPassed: passed,
    message: message ?? '',
    // Only what was expected is compared, so only that is shown on the other side.
    expected: asText(expected),
    actual: asText(Object.fromEntries(Object.entries(actual).filter(([key]) => key in expected))),
    rules: [...actual.rules],
  };
}

function asText(value: object): string {
  return JSON.stringify(JSON.parse(canonicalize(value)), undefined, 2);
}
