import type { VerifyReport, VerifyVerdict } from '@axtary/ledger';

import { printable, type Colour, type Terminal } from './terminal.js';

const COLOUR_OF = {
  VALID_ANCHORED: 'green',
  VALID_UNANCHORED: 'yellow',
  INVALID: 'red',
  INCOMPLETE: 'yellow',
} as const satisfies Readonly<Record<VerifyVerdict, Colour>>;

const MEANING = {
  VALID_ANCHORED: 'intact, and something outside the file confirms it',
  VALID_UNANCHORED: 'intact, but nothing outside the file confirms it',
  INVALID: 'not what was recorded: do not rely on it',
  INCOMPLETE: 'nothing contradicts it, but its end is missing',
} as const satisfies Readonly<Record<VerifyVerdict, string>>;

/** A verdict with its meaning, what it cannot exclude, and the first record concerned. */
export function printReport(file: string, report: VerifyReport, terminal: Terminal): void {
  const { verdict, code, seq, cannotExclude } = report;
  const painted = terminal.paint(COLOUR_OF[verdict], verdict);
  terminal.print(`${painted}${code === undefined ? '' : ` ${code}`}: ${MEANING[verdict]}`);
  terminal.print(`  ${printable(report.message)}`);
  if (seq !== undefined) terminal.print(`  first record concerned: ${seq}`);
  terminal.print(`  file     ${printable(file)}`);
  if (report.size > 0) {
    terminal.print(`  log      ${printable(report.log)}`);
    terminal.print(`  records  ${report.records} of ${report.size}`);
    if (report.unsigned > 0)
      terminal.print(`           ${report.unsigned} after the last checkpoint`);
    if (report.hidden > 0) terminal.print(`           ${report.hidden} sealed members kept back`);
    terminal.print(`  head     ${report.head}`);
    if (report.genesisKid !== undefined) terminal.print(`  key      ${report.genesisKid}`);
    if (report.anchoredBy) terminal.print(`  anchor   ${anchorText(report.anchoredBy)}`);
  }
  if (report.danglingIntents > 0) {
    terminal.print(`  calls without a known outcome: ${report.danglingIntents}`);
  }
  if (cannotExclude.length === 0) return;
  terminal.print('This cannot exclude:');
  for (const clause of cannotExclude) terminal.print(`  - ${clause}`);
}

function anchorText({ size, by, at }: NonNullable<VerifyReport['anchoredBy']>): string {
  const who = by === undefined ? '' : `, ${printable(by)}`;
  return `the first ${size} records${who}${at === undefined ? '' : `, ${printable(at)}`}`;
}
