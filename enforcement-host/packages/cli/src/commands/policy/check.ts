import path from 'node:path';

import { lintPolicy, parsePolicy, parsePolicyTests, type PolicyIssue } from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { EXIT_CODES } from '../../exit-codes.js';
import { describeIssue } from '../../policy-issues.js';
import { readText } from '../../read-text.js';
import { printable } from '../../terminal.js';
import { isTestFile } from './test-files.js';
import { MAX_POLICY_BYTES } from './load-policy.js';

export interface PolicyCheckOptions {
  readonly files: readonly string[];
  readonly json: boolean;
}

interface Checked {
  readonly file: string;
  readonly valid: boolean;
  readonly issues: readonly PolicyIssue[];
  /** What there is in a valid file. */
  readonly counts: string;
}

/** Says what is wrong with policies and their tests, and where. */
export async function policyCheck(
  { files, json }: PolicyCheckOptions,
  { cwd, terminal, setExitCode }: CliContext,
): Promise<void> {
  const checked: Checked[] = [];
  for (const file of files) {
    const text = await readText(path.resolve(cwd, file), MAX_POLICY_BYTES);
    checked.push(isTestFile(file) ? checkTests(file, text) : checkPolicy(file, text));
  }
  if (checked.some(({ valid }) => !valid)) setExitCode(EXIT_CODES.failed);
  if (json) {
    const reports = checked.map(({ file, valid, issues }) => ({ file, valid, issues }));
    terminal.printJson(reports.length === 1 ? reports[0] : reports);
    return;
  }
  for (const { file, valid, issues, counts } of checked) {
    for (const issue of issues) terminal.print(describeIssue(file, issue, terminal));
    if (valid) terminal.print(`${terminal.paint('green', 'valid')}: ${printable(file)}, ${counts}`);
  }
}

function checkPolicy(file: string, text: string): Checked {
  const { policy, issues } = parsePolicy(text, file);
  if (policy === undefined) return { file, valid: false, issues, counts: '' };
  const { rules, servers } = policy;
  const counts = `rules in force: ${rules.length}, MCP servers: ${servers.size}`;
  return { file, valid: true, issues: [...issues, ...lintPolicy(policy)], counts };
}

function checkTests(file: string, text: string): Checked {
  const { tests, issues } = parsePolicyTests(text, file);
  const valid = !issues.some(({ severity }) => severity === 'error');
  return { file, valid, issues, counts: `tests: ${tests.length}` };
}
