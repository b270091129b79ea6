import {
  diffPolicies,
  type ChangeDirection,
  type PolicyChange,
  type PolicyDiff,
} from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { EXIT_CODES } from '../../exit-codes.js';
import { printable, type Colour, type Terminal } from '../../terminal.js';
import {
  comparePast,
  type Comparison,
  type PastChange,
  type SideOfChange,
} from './compare-past.js';
import { loadPolicy } from './load-policy.js';
import type { SubjectSource } from './subjects.js';
import { VERDICT_COLOURS } from './trace.js';

export interface PolicyDiffOptions {
  readonly before: string;
  readonly after: string;
  /** Actions to decide by both. */
  readonly source?: SubjectSource;
  readonly json: boolean;
}

/** Says what another policy would change: rule by rule, and over past actions. */
export async function policyDiff(
  { before, after, source, json }: PolicyDiffOptions,
  context: CliContext,
): Promise<void> {
  const { terminal, setExitCode } = context;
  const policies = [await loadPolicy(before, context), await loadPolicy(after, context)] as const;
  const past = source && (await comparePast(policies, source, context));
  const diff = diffPolicies(...policies);
  if (json) terminal.printJson({ ...diff, ...(past && { past }) });
  else {
    printDiff(diff, terminal);
    if (past) printPast(past, terminal);
  }
  setExitCode(exitCodeOf(diff.changes.length > 0, past));
}

function exitCodeOf(differs: boolean, past: Comparison | undefined): number {
  if (past !== undefined && past.problems.length > 0) return EXIT_CODES.failed;
  const isChanged = differs || (past?.changes.length ?? 0) > 0;
  return isChanged ? EXIT_CODES.changed : EXIT_CODES.ok;
}

const DIRECTIONS = {
  loosens: { words: 'loosens', colour: 'red' },
  unclear: { words: 'may loosen', colour: 'yellow' },
  tightens: { words: 'tightens', colour: 'green' },
  neutral: { words: 'changes no decision', colour: 'dim' },
} as const satisfies Record<ChangeDirection, { words: string; colour: Colour }>;

function printDiff({ direction, changes }: PolicyDiff, terminal: Terminal): void {
  if (changes.length === 0) {
    terminal.print('the policies mean the same');
    return;
  }
  const { words, colour } = DIRECTIONS[direction];
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  terminal.print(`${count}, in all: ${terminal.paint(colour, words)}`);
  for (const change of changes) printSemantic(change, terminal);
}

function printSemantic(change: PolicyChange, terminal: Terminal): void {
  const { kind, name, direction, before, after, details } = change;
  const { words, colour } = DIRECTIONS[direction];
  const what = kind === name ? kind : `${kind.replace('-', ' ')} ${printable(name)}`;
  terminal.print(`\n${what}: ${terminal.paint(colour, words)}`);
  if (before !== undefined) terminal.print(terminal.paint('red', `  - ${printable(before)}`));
  if (after !== undefined) terminal.print(terminal.paint('green', `  + ${printable(after)}`));
  for (const detail of details) terminal.print(`    ${printable(detail)}`);
}

function printPast(past: Comparison, terminal: Terminal): void {
  const { considered, missingPayloads, problems, changes } = past;
  terminal.print(`\n${changes.length} of ${considered} actions would be decided differently`);
  for (const change of changes) printChange(change, terminal);
  for (const { place, error } of problems) {
    terminal.warn(`${printable(place)}: ${printable(error)}`);
  }
  if (missingPayloads > 0) {
    terminal.warn(`payload no longer kept, so not considered: ${missingPayloads}`);
  }
}

function printChange(change: PastChange, terminal: Terminal): void {
  const { place, ts, tool, resource, agent, before, after } = change;
  const [from, to] = [before, after].map(({ decision }) =>
    terminal.paint(VERDICT_COLOURS[decision], decision),
  );
  const what = [tool, resource, `by ${agent}`].map(printable).join(' ');
  terminal.print(`\n${from} -> ${to}  ${what}`);
  terminal.print(`  ${printable(place)}${ts === undefined ? '' : ` of ${ts}`}`);
  terminal.print(`  before  ${reasonsOf(before)}`);
  terminal.print(`  after   ${reasonsOf(after)}`);
}

function reasonsOf({ reasons }: SideOfChange): string {
  return reasons.map(({ rule, message }) => printable(`${rule}: ${message}`)).join('; ');
}
