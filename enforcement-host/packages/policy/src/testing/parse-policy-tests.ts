import { messageOf, parseAction, type Action, type Obligations, type Verdict } from '@axtary/core';

import type { PolicyIssue, Range } from '../issue.js';
import {
  findingOf,
  issuesOf,
  MAX_ISSUES,
  readSource,
  type Finding,
  type Source,
} from '../parse/source.js';
import { locate, type ReadNode } from '../parse/yaml-value.js';
import { describeIssues } from '../schema-issue.js';
import { draftAction } from './short-action.js';
import {
  policyTestKeys,
  testFileSchema,
  testSchema,
  type TestAction,
  type TestEntry,
  type TestFacts,
} from './test-document.js';

/** What a test expects. What is absent is not compared. */
export interface PolicyTestExpectation {
  readonly decision: Verdict;
  /** All determining rules. */
  readonly rules?: readonly string[];
  readonly obligations?: Obligations;
  readonly shadow?: Verdict;
}

/** One test, with its action written out. */
export interface PolicyTest {
  readonly name: string;
  readonly action: Action;
  readonly facts: TestFacts;
  readonly expect: PolicyTestExpectation;
  /** Of the name. */
  readonly range: Range;
  readonly expectRange: Range;
}

/** The tests of one file. A test with an error is among the issues, and not among the tests. */
export interface PolicyTests {
  /** For humans; the file's name. */
  readonly name: string;
  /** The policy that the file names, relative to it. */
  readonly policy: string | undefined;
  readonly tests: readonly PolicyTest[];
  readonly issues: readonly PolicyIssue[];
}

/**
 * Reads the text of a `*.test.yml`, within the limits of policy texts. Never throws, whatever the
 * text. Actions may be short: `tool` and `resource` are needed, actor, intent and context have
 * values that matter to no test. A test's `actor`, `intent` and `context` are laid over those of
 * `defaults` entry by entry; its `payload` and `constraints` replace them as a whole.
 */
export function parsePolicyTests(text: string, name = 'axtary.test.yml'): PolicyTests {
  const source = readSource(text);
  const { lines, root, findings } = source;
  if (root === undefined || findings.length > 0) {
    return { name, policy: undefined, tests: [], issues: issuesOf(findings, lines) };
  }
  const parsed = testFileSchema.safeParse(root.value);
  if (!parsed.success) {
    const issues = describeIssues(parsed.error.issues, policyTestKeys);
    const problems = issues.map((issue) => findingOf(issue, root));
    return { name, policy: undefined, tests: [], issues: issuesOf(problems, lines) };
  }
  const { policy, defaults = {}, tests } = parsed.data;
  const reader = new TestReader({ ...source, root }, defaults);
  for (const [at, test] of tests.entries()) {
    if (reader.findings.length >= MAX_ISSUES) break;
    reader.read(test, at);
  }
  return { name, policy, tests: reader.tests, issues: issuesOf(reader.findings, lines) };
}

type Path = readonly (string | number)[];

class TestReader {
  readonly tests: PolicyTest[] = [];
  readonly findings: Finding[] = [];
  readonly #source: Source & { readonly root: ReadNode };
  readonly #defaults: TestAction;
  readonly #names = new Set<string>();

  constructor(source: Source & { readonly root: ReadNode }, defaults: TestAction) {
    this.#source = source;
    this.#defaults = defaults;
  }

  read(value: unknown, at: number): void {
    const { root } = this.#source;
    const parsed = testSchema.safeParse(value);
    if (!parsed.success) {
      const issues = parsed.error.issues.map((one) => ({
        ...one,
        path: ['tests', at, ...one.path],
      }));
      this.findings.push(
        ...describeIssues(issues, policyTestKeys).map((issue) => findingOf(issue, root)),
      );
      return;
    }
    const entry = parsed.data;
    const action = this.#action(entry, ['tests', at, 'action']);
    if (!this.#isNew(entry.name, ['tests', at, 'name']) || action === undefined) return;
    this.tests.push({
      name: entry.name,
      action,
      facts: entry.facts ?? {},
      expect: expectationOf(entry),
      range: this.#range(['tests', at, 'name']),
      expectRange: this.#range(['tests', at, 'expect']),
    });
  }

  #isNew(name: string, path: Path): boolean {
    if (!this.#names.has(name)) {
      this.#names.add(name);
      return true;
    }
    const message = 'expected another name: an earlier test has this one';
    this.findings.push(findingOf({ code: 'duplicate-id', message, path }, this.#source.root));
    return false;
  }

  #action(entry: TestEntry, path: Path): Action | undefined {
    const draft = draftAction(entry.name, this.#defaults, entry.action);
    const missing = (['tool', 'resource'] as const).find(
      (key) => draft.capability[key] === undefined,
    );
    if (missing !== undefined) {
      const message = 'expected here or among the defaults';
      this.#problem({ code: 'missing-key', message, path: [...path, missing] });
      return undefined;
    }
    try {
      return parseAction(draft).action;
    } catch (error) {
      this.#problem({ code: 'invalid-value', message: messageOf(error), path });
      return undefined;
    }
  }

  #problem(issue: Parameters<typeof findingOf>[0]): void {
    this.findings.push(findingOf(issue, this.#source.root));
  }

  #range(path: Path): Range {
    const { start, end } = locate(this.#source.root, path, 'value').place;
    return this.#source.lines.range(start, end);
  }
}

function expectationOf({ expect }: TestEntry): PolicyTestExpectation {
  if (typeof expect === 'string') return { decision: expect };
  const { decision, rules, obligations, shadow } = expect;
  return {
    decision,
    ...(rules !== undefined && { rules: typeof rules === 'string' ? [rules] : rules }),
    ...(obligations !== undefined && { obligations }),
    ...(shadow !== undefined && { shadow }),
  };
}
