import { visibleText, type VerifyReport } from '@axtary/protocol';

import { findingText, nextSteps, type Texts } from './finding-texts.js';

/** Where the record is that a report names. */
export interface Place {
  readonly file: string;
  /** Of the first record concerned, from 1. `undefined`: none is, or the file ends before. */
  readonly lineNumber?: number | undefined;
}

/** Lines that are read beside a record are narrow. */
const COLUMNS = 72;

/** What a verdict means, in a sentence; never a bare "valid". */
export function verdictText(report: VerifyReport, l10n: Texts): string {
  switch (report.verdict) {
    case 'VALID_ANCHORED':
      return l10n.t(
        '{0} records are intact and are those that this editor saw when they were written.',
        report.size,
      );
    case 'VALID_UNANCHORED':
      return l10n.t(
        '{0} records are intact, but nothing outside the file confirms that they are all, or the original ones.',
        report.size,
      );
    case 'INVALID':
      return l10n.t('This is not an intact ledger: {0}', visibleText(report.message));
    case 'INCOMPLETE':
      return l10n.t(
        'Nothing contradicts these {0} records, but their end is missing: {1}',
        report.size,
        visibleText(report.message),
      );
  }
}

/** The whole report, for reading and keeping. */
export function reportText(report: VerifyReport, place: Place, l10n: Texts): string {
  const sections = [
    [report.verdict, '='.repeat(report.verdict.length), verdictText(report, l10n)],
    problemOf(report, place, l10n),
    limitsOf(report, l10n),
    section(l10n.t('What to do now'), listed(stepsOf(report, l10n))),
  ];
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.flatMap(wrapped));
  // A path may have spaces in it, and is to be copied whole.
  texts.push(section(l10n.t('Details'), detailsOf(report, place, l10n)));
  return `${texts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function problemOf(report: VerifyReport, { lineNumber }: Place, l10n: Texts): string[] {
  const { code, seq, message } = report;
  if (code === undefined) return [];
  const lines = [findingText(code, l10n) ?? visibleText(message), l10n.t('Code: {0}', code)];
  if (seq !== undefined) {
    lines.push(
      lineNumber === undefined
        ? l10n.t('First record concerned: {0}', seq)
        : l10n.t('First record concerned: {0}, in line {1} of the file', seq, lineNumber),
    );
  }
  if (report.verdict === 'INVALID' && seq !== undefined && seq > 0) {
    lines.push(l10n.t('The {0} records before it follow from each other.', seq));
  }
  return section(l10n.t('What is wrong'), lines);
}

function limitsOf({ verdict, cannotExclude }: VerifyReport, l10n: Texts): string[] {
  if (cannotExclude.length === 0) return [];
  const lines = listed(cannotExclude.map(visibleText));
  if (verdict === 'VALID_UNANCHORED') lines.push('', unanchored(l10n));
  return section(l10n.t('What this cannot exclude'), lines);
}

function unanchored(l10n: Texts): string {
  return l10n.t(
    'The file was compared with nothing but itself. Whoever holds the key that signs it could have made another file that passes the same checks: shorter, older, or all new. Only a head that was kept where that person cannot write excludes it.',
  );
}

function stepsOf(report: VerifyReport, l10n: Texts): string[] {
  const steps = [...nextSteps(report, l10n)];
  if (report.danglingIntents > 0) {
    steps.push(
      l10n.t(
        'Find out what became of the {0} calls whose outcome is unknown.',
        report.danglingIntents,
      ),
    );
  }
  return steps;
}

function detailsOf(report: VerifyReport, { file }: Place, l10n: Texts): string[] {
  const { anchoredBy, genesisKid } = report;
  const lines = [
    l10n.t('File: {0}', visibleText(file)),
    l10n.t('Records in the file: {0}', report.records),
    l10n.t('Ledger: {0}', visibleText(report.log)),
    l10n.t('Records of the ledger: {0}', report.size),
    l10n.t('Head: {0}', visibleText(report.head)),
    l10n.t('Records after the last signed checkpoint: {0}', report.unsigned),
    l10n.t('Calls whose outcome is unknown: {0}', report.danglingIntents),
  ];
  if (report.hidden > 0) lines.push(l10n.t('Sealed members kept back: {0}', report.hidden));
  if (genesisKid !== undefined) {
    lines.push(l10n.t('Key of the genesis: {0}', visibleText(genesisKid)));
  }
  if (anchoredBy !== undefined) lines.push(anchorText(anchoredBy, l10n));
  return lines;
}

function anchorText(
  { size, by, at }: NonNullable<VerifyReport['anchoredBy']>,
  l10n: Texts,
): string {
  const who = by === undefined ? l10n.t('this editor') : visibleText(by);
  const when = at === undefined ? '' : `, ${visibleText(at)}`;
  return l10n.t('Agrees with: {0}, which knows {1} records{2}', who, size, when);
}

function section(title: string, lines: readonly string[]): string[] {
  return [title, '-'.repeat(title.length), ...lines];
}

function listed(clauses: readonly string[]): string[] {
  return clauses.map((clause) => `- ${clause}`);
}

/** A line of prose in several, as far as it has spaces; clauses of a list keep their indent. */
function wrapped(line: string): string[] {
  if (line.length <= COLUMNS) return [line];
  const indent = line.startsWith('- ') ? '  ' : '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const isFull = current !== '' && current.length + 1 + word.length > COLUMNS;
    if (isFull) lines.push(current);
    current = isFull ? indent + word : current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
