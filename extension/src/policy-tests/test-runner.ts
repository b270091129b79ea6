import path from 'node:path';

import { messageOf, type PolicyTestResult, type PolicyTestRun } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { PolicyAnalyses } from '../language/analyses.js';
import { rangeOf } from '../language/convert.js';
import type { PolicyHost } from '../language/policy-host.js';
import { policyUri } from '../policy/policy-file.js';
import type { FailedTests } from './failed-tests.js';
import { testId } from './test-symbols.js';

export interface TestRunnerDependencies {
  readonly host: PolicyHost;
  readonly analyses: PolicyAnalyses;
  readonly controller: vscode.TestController;
  readonly failed: FailedTests;
  readonly onLog: (message: string) => void;
}

type Tests = readonly vscode.TestItem[];

/** Runs policy tests in the enforcement host, by the texts as they are in the editor. */
export class TestRunner {
  readonly #dependencies: TestRunnerDependencies;
  readonly #details = new WeakMap<vscode.FileCoverage, vscode.StatementCoverage[]>();

  constructor(dependencies: TestRunnerDependencies) {
    this.#dependencies = dependencies;
  }

  async run(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
    { withCoverage = false } = {},
  ): Promise<void> {
    const { controller } = this.#dependencies;
    const run = controller.createTestRun(request);
    try {
      for (const [workspace, files] of this.#filesByFolder(request)) {
        if (token.isCancellationRequested) break;
        await this.#runFolder({ run, workspace, files, withCoverage });
      }
    } finally {
      run.end();
    }
  }

  detailsOf(coverage: vscode.FileCoverage): vscode.StatementCoverage[] {
    return this.#details.get(coverage) ?? [];
  }

  async #runFolder({ run, workspace, files, withCoverage }: FolderRun): Promise<void> {
    const { host, failed, onLog } = this.#dependencies;
    const tests = [...files.values()].flat();
    for (const test of tests) run.started(test);
    try {
      const [first] = files.keys();
      const reached = first && host.reach(vscode.Uri.parse(first));
      if (!reached) throw new Error(notConnected());
      const policyText = dirtyText(policyUri(workspace));
      const outcome = await reached.caller.call('policy/tests', {
        workspace,
        files: await Promise.all([...files.keys()].map(readFile)),
        ...(policyText === undefined ? {} : { policyText }),
      });
      for (const [uri, ofFile] of files) {
        report({ run, uri, tests: ofFile, outcome });
        failed.add(workspace, vscode.Uri.parse(uri), resultsOf(uri, outcome));
      }
      if (withCoverage) await this.#addCoverage(run, workspace, outcome);
    } catch (error) {
      onLog(`policy/tests: ${messageOf(error)}`);
      for (const test of tests) run.errored(test, new vscode.TestMessage(messageOf(error)));
    }
  }

  async #addCoverage(run: vscode.TestRun, workspace: string, { coverage }: PolicyTestRun) {
    for (const [policy, rules] of groupByPolicy(coverage)) {
      const uri = vscode.Uri.file(path.resolve(workspace, policy));
      const places = await this.#rangesIn(uri);
      const details = rules.flatMap(({ rule, fired, range }) => {
        const place = range === undefined ? places.get(rule) : rangeOf(range);
        return place === undefined ? [] : [new vscode.StatementCoverage(fired, place)];
      });
      const file = vscode.FileCoverage.fromDetails(uri, details);
      this.#details.set(file, details);
      run.addCoverage(file);
    }
  }

  /** Where the rules of a policy are, as it is in the editor. */
  async #rangesIn(uri: vscode.Uri): Promise<ReadonlyMap<string, vscode.Range>> {
    const document = await vscode.workspace.openTextDocument(uri);
    const rules = (await this.#dependencies.analyses.of(document))?.rules ?? [];
    return new Map(rules.map(({ id, range }) => [id, rangeOf(range)]));
  }

  /** The tests that are asked for, by file and by the folder the file is in. */
  #filesByFolder(request: vscode.TestRunRequest): Map<string, Map<string, Tests>> {
    const { controller, host } = this.#dependencies;
    const wanted = request.include ?? itemsOf(controller.items);
    const excluded = new Set(request.exclude);
    const folders = new Map<string, Map<string, Tests>>();
    for (const test of wanted.flatMap(testsOf)) {
      const { uri } = test;
      const folder = uri && host.folderOf(uri);
      const isExcluded = excluded.has(test) || (test.parent && excluded.has(test.parent));
      if (uri === undefined || folder === undefined || isExcluded) continue;
      const files = folders.get(folder) ?? new Map<string, Tests>();
      files.set(uri.toString(), [...(files.get(uri.toString()) ?? []), test]);
      folders.set(folder, files);
    }
    return folders;
  }
}

interface FolderRun {
  readonly run: vscode.TestRun;
  readonly workspace: string;
  readonly files: ReadonlyMap<string, Tests>;
  readonly withCoverage: boolean;
}

interface Reported {
  readonly run: vscode.TestRun;
  readonly uri: string;
  readonly tests: Tests;
  readonly outcome: PolicyTestRun;
}

type Coverage = PolicyTestRun['coverage'][number];

function groupByPolicy(coverage: readonly Coverage[]): Map<string, Coverage[]> {
  const policies = new Map<string, Coverage[]>();
  for (const one of coverage) {
    policies.set(one.policy, [...(policies.get(one.policy) ?? []), one]);
  }
  return policies;
}

function report({ run, uri, tests, outcome }: Reported): void {
  const file = nameOf(vscode.Uri.parse(uri));
  const counts = new Map<string, number>();
  const results = new Map<string, PolicyTestResult>();
  for (const result of resultsOf(uri, outcome)) {
    const earlier = counts.get(result.name) ?? 0;
    counts.set(result.name, earlier + 1);
    results.set(testId(result.name, earlier), result);
  }
  const issues = outcome.issues.find((candidate) => candidate.file === file)?.issues ?? [];
  for (const test of tests) {
    const result = results.get(test.id);
    if (result === undefined) run.errored(test, issueMessages(test, issues));
    else if (result.isPassed) run.passed(test);
    else run.failed(test, failureOf(test, result));
  }
}

function resultsOf(uri: string, { results }: PolicyTestRun): readonly PolicyTestResult[] {
  const file = nameOf(vscode.Uri.parse(uri));
  return results.filter((result) => result.file === file);
}

function failureOf(test: vscode.TestItem, result: PolicyTestResult): vscode.TestMessage {
  const { message, expected, actual, range } = result;
  const failure = vscode.TestMessage.diff(message, expected, actual);
  if (test.uri !== undefined) failure.location = new vscode.Location(test.uri, rangeOf(range));
  return failure;
}

/** Why a test gave no result: what is wrong with its file or its policy. */
function issueMessages(
  { uri }: vscode.TestItem,
  issues: PolicyTestRun['issues'][number]['issues'],
): vscode.TestMessage[] {
  const errors = issues.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) {
    return [new vscode.TestMessage(vscode.l10n.t('This test could not be read: save the file.'))];
  }
  return errors.map(({ message, range }) => {
    const text = new vscode.TestMessage(message);
    if (uri !== undefined) text.location = new vscode.Location(uri, rangeOf(range));
    return text;
  });
}

async function readFile(id: string): Promise<{ path: string; text: string }> {
  const uri = vscode.Uri.parse(id);
  const document = await vscode.workspace.openTextDocument(uri);
  return { path: nameOf(uri), text: document.getText() };
}

/** Relative to its folder, with forward slashes. */
function nameOf(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri, false).replaceAll('\\', '/');
}

function dirtyText(uri: vscode.Uri): string | undefined {
  const open = vscode.workspace.textDocuments.find(
    (document) => document.uri.toString() === uri.toString(),
  );
  return open?.isDirty === true ? open.getText() : undefined;
}

function testsOf(item: vscode.TestItem): vscode.TestItem[] {
  const children = itemsOf(item.children);
  if (children.length > 0) return children.flatMap(testsOf);
  // A file without tests has nothing to run.
  return item.canResolveChildren ? [] : [item];
}

function itemsOf(items: vscode.TestItemCollection): vscode.TestItem[] {
  return [...items].map(([, item]) => item);
}

function notConnected(): string {
  return vscode.l10n.t('The enforcement host is not connected: start it and try again.');
}
