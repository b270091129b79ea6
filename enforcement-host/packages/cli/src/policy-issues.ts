import type { PolicyIssue } from '@axtary/policy';

import { printable, type Terminal } from './terminal.js';

/** One issue as compilers print it: `file:line:column: severity: message [code]`, from 1. */
export function describeIssue(file: string, issue: PolicyIssue, terminal: Terminal): string {
  const { line, column } = issue.range.start;
  const place = `${printable(file)}:${line + 1}:${column + 1}`;
  const severity = terminal.paint(issue.severity === 'error' ? 'red' : 'yellow', issue.severity);
  return `${place}: ${severity}: ${printable(issue.message)} [${issue.code}]`;
}
