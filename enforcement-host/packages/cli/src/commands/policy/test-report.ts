import { canonicalize } from '@axtary/core';
import { measuredRules, type PolicyTestResult } from '@axtary/policy';

import { describeIssue } from '../../policy-issues.js';
import { tableLines } from '../../table.js';
import { printable, type Terminal } from '../../terminal.js';
import { percentOf, uncoveredOf, type PolicyCoverage } from './coverage.js';
import type { PolicyTestOptions, TestedFile, TestedPolicies } from './tested.js';
import { printTrace } from './trace.js';

/** For people: each test on a line, failures with what was expected, and the coverage. */
export function printPretty(
  { files, coverage }: TestedPolicies,
  options: PolicyTestOptions,
  terminal: Terminal,
): void {
  for (const file of files) printFile(file, terminal);
  const results = files.flatMap((file) => file.results);
  const failed = results.filter(({ passed }) => !passed).length;
  const counts = `${results.length - failed} passed, ${failed} failed`;
  terminal.print(terminal.paint(failed > 0 ? 'red' : 'green', counts));
  for (const each of coverage) printCoverage(each, options, terminal);
}

function printFile({ file, policy, issues, results }: TestedFile, terminal: Terminal): void {
  terminal.print(`${terminal.paint('bold', printable(file))}  (${printable(policy)})`);
  for (const issue of issues) terminal.print(`  ${describeIssue(issue.file, issue, terminal)}`);
  for (const result of results) {
    const mark = result.passed ? terminal.paint('green', 'ok') : terminal.paint('red', 'FAILED');
    terminal.print(`  ${mark}  ${printable(result.name)}`);
    if (!result.passed) printFailure(file, result, terminal);
  }
  terminal.print('');
}

function printFailure(file: string, result: PolicyTestResult, terminal: Terminal): void {
  const { line, column } = result.expectRange.start;
  const place = `${printable(file)}:${line + 1}:${column + 1}`;
  terminal.print(`      ${place}: ${printable(result.message ?? '')}`);
  for (const each of differenceLines(result)) {
    terminal.print(`      ${terminal.paint(each.startsWith('-') ? 'red' : 'green', each)}`);
  }
  printTrace(result.explanation, { all: false, indent: '      ' }, terminal);
}

/** Expected and actual, member by member, where they differ: `- expected`, `+ actual`. */
function differenceLines({ expected, actual }: PolicyTestResult): readonly string[] {
  return (['decision', 'rules', 'obligations', 'shadow'] as const).flatMap((key) => {
    const [wanted, got] = [expected[key], actual[key]];
    if (wanted === undefined) return [];
    const [before, after] = [canonicalize(wanted), got === undefined ? 'none' : canonicalize(got)];
    return before === after ? [] : [`- ${key}: ${before}`, `+ ${key}: ${after}`].map(printable);
  });
}

function printCoverage(
  coverage: PolicyCoverage,
  { coverage: isTable, minCoverage = 0 }: PolicyTestOptions,
  terminal: Terminal,
): void {
  const count = measuredRules(coverage.rules).length;
  const uncovered = uncoveredOf(coverage);
  const percent = percentOf(coverage);
  const counts = `${count - uncovered.length} of ${count} rules`;
  const missing = uncovered.length === 0 ? '' : `; no test is decided by ${uncovered.join(', ')}`;
  const text = `${printable(coverage.policy)}: ${percent} % covered, ${counts}${missing}`;
  terminal.print(percent < minCoverage ? terminal.paint('red', text) : text);
  if (percent < minCoverage) terminal.print(`  expected at least ${minCoverage} %`);
  if (!isTable) return;
  const rows = coverage.rules.map(({ rule, origin, held, fired }) => [
    rule,
    origin,
    String(held),
    String(fired),
  ]);
  const lines = tableLines([['RULE', 'FROM', 'HELD', 'DECIDED'], ...rows], '  ');
  for (const line of lines) terminal.print(line);
}
