import type { VerifyReport } from '@axtary/protocol';
import { l10n } from 'vscode';

/** What a verdict means, in a sentence; never a bare "valid". */
export function verdictText(report: VerifyReport): string {
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
      return l10n.t('This is not an intact ledger: {0}', report.message);
    case 'INCOMPLETE':
      return l10n.t(
        'Nothing contradicts these {0} records, but their end is missing: {1}',
        report.size,
        report.message,
      );
  }
}

/** The whole report, for reading and keeping. */
export function reportText(file: string, report: VerifyReport): string {
  const lines = [
    `${report.verdict}${report.code === undefined ? '' : ` (${report.code})`}`,
    '',
    verdictText(report),
    report.message,
    '',
    l10n.t('File: {0}', file),
    l10n.t('Ledger: {0}', report.log),
    l10n.t('Records: {0}', report.size),
    l10n.t('Head: {0}', report.head),
    l10n.t('Records after the last signed checkpoint: {0}', report.unsigned),
    l10n.t('Calls whose outcome is unknown: {0}', report.danglingIntents),
  ];
  if (report.seq !== undefined) lines.push(l10n.t('First record concerned: {0}', report.seq));
  if (report.cannotExclude.length > 0) {
    lines.push(
      '',
      l10n.t('What this cannot exclude:'),
      ...report.cannotExclude.map((clause) => `- ${clause}`),
    );
  }
  return `${lines.join('\n')}\n`;
}
