import type { PolicyIssue } from '@axtary/policy';

import { printable, type Colour, type Terminal } from './terminal.js';

const COLOURS = {
  error: 'red',
  warning: 'yellow',
  info: 'dim',
} as const satisfies Record<PolicyIssue['severity'], Colour>;

/** One issue as compilers print it: `file:line:column: severity: message [code]`, from 1. */
export function describeIssue(file: string, issue: PolicyIssue, terminal: Terminal): string {
  const { line, column } = issue.range.start;
  const place = `${printable(file)}:${line + 1}:${column + 1}`;
  const severity = terminal.paint(COLOURS[issue.severity], issue.severity);
  return `${place}: ${severity}: ${printable(issue.message)} [${issue.code}]`;
}
