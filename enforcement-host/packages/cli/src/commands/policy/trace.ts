import type { Verdict } from '@axtary/core';
import type { Explanation, RuleTrace } from '@axtary/policy';

import { tableLines } from '../../table.js';
import { printable, type Colour, type Terminal } from '../../terminal.js';

export const VERDICT_COLOURS = {
  allow: 'green',
  step_up: 'yellow',
  deny: 'red',
} as const satisfies Record<Verdict, Colour>;

const OUTCOMES = {
  determined: 'decided',
  overruled: 'overruled',
  unmet: 'unmet, so denied',
  'not-held': 'did not hold',
} as const satisfies Record<RuleTrace['outcome'], string>;

export interface TraceOptions {
  /** Also the rules that are about something else. */
  readonly all: boolean;
  /** How to see those, where it can be said. */
  readonly hint?: string;
  readonly indent?: string;
}

/** The reasons of a decision, and a table of what became of each rule. */
export function printTrace(
  { decision, rules }: Explanation,
  { all, hint = '', indent = '  ' }: TraceOptions,
  terminal: Terminal,
): void {
  for (const { rule, message } of decision.reasons) {
    terminal.print(`${indent}${printable(rule)}: ${printable(message)}`);
  }
  if (decision.shadow !== undefined) {
    const { decision: tried, reasons } = decision.shadow;
    const ids = reasons.map(({ rule }) => printable(rule)).join(', ');
    terminal.print(`${indent}with the rules on trial: ${tried} (${ids})`);
  }
  const about = all ? rules : rules.filter((trace) => !isAboutOther(trace));
  const rows = about.map((trace) => [trace.rule, trace.effect, outcomeOf(trace), whyNot(trace)]);
  if (rows.length > 0) {
    const [head = '', ...body] = tableLines(
      [['RULE', 'EFFECT', 'OUTCOME', 'WHY'], ...rows],
      indent,
    );
    terminal.print(terminal.paint('dim', head));
    for (const line of body) terminal.print(line);
  }
  const hidden = rules.length - about.length;
  if (hidden > 0) {
    terminal.print(
      terminal.paint('dim', `${indent}${counted(hidden)} about something else${hint}`),
    );
  }
}

function counted(count: number): string {
  return count === 1 ? '1 rule is' : `${count} rules are`;
}

function isAboutOther({ outcome, failed }: RuleTrace): boolean {
  return outcome === 'not-held' && failed?.path[0] === 'match';
}

function outcomeOf({ outcome, shadow }: RuleTrace): string {
  return shadow && outcome === 'overruled' ? 'held, on trial' : OUTCOMES[outcome];
}

function whyNot({ failed }: RuleTrace): string {
  if (failed === undefined) return '';
  const found = failed.found === '' ? '' : `; it has ${failed.found}`;
  return `${inWords(failed.path)}: ${failed.words}${found}`;
}

/** `['when', 1]` as `when[1]`. */
function inWords(path: readonly (string | number)[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`))
    .join('');
}
