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
  const { code, seq, cannotExclude, message } = report;
  const sections = [
    [`${report.verdict}${code === undefined ? '' : ` (${code})`}`],
    [verdictText(report), message],
    seq === undefined
      ? []
      : [l10n.t('First record concerned: {0}, opened beside this report.', seq)],
    listed(l10n.t('What to do next:'), nextSteps(report)),
    listed(l10n.t('What this verdict cannot exclude:'), cannotExclude),
    factsOf(file, report),
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function listed(title: string, clauses: readonly string[]): readonly string[] {
  return clauses.length === 0 ? [] : [title, ...clauses.map((clause) => `- ${clause}`)];
}

/** What a reader can do about a verdict, the most useful first. */
export function nextSteps({ verdict, code, danglingIntents }: VerifyReport): readonly string[] {
  const unknown =
    danglingIntents === 0
      ? []
      : [l10n.t('Find out whether the calls of unknown outcome happened, and reconcile them.')];
  switch (verdict) {
    case 'VALID_ANCHORED':
      return [l10n.t('Keep the file and this report together.'), ...unknown];
    case 'VALID_UNANCHORED':
      return [
        l10n.t(
          'Compare the head below with one that was kept elsewhere: an anchor, a witness, or the editor that wrote the ledger.',
        ),
        ...unknown,
      ];
    case 'INCOMPLETE':
      return [l10n.t('Ask whoever made the export for the whole file, and verify that.')];
    case 'INVALID':
      return [
        codeText(code),
        l10n.t('Keep this file unchanged as evidence, and export the ledger anew to compare.'),
      ];
  }
}

/** What a code says of how the file came to be as it is. */
function codeText(code: string | undefined): string {
  switch (code) {
    case 'ANCHOR_MISMATCH':
      return l10n.t(
        'Another history was seen from outside: the ledger was rewritten or put back, or this file is of a copy. Find out which of the two is the right one.',
      );
    case 'TRUNCATED':
      return l10n.t(
        'More records were seen from outside than this file has: its end was cut off, or it is older than what was seen.',
      );
    case 'TRUST_ROOT_MISMATCH':
      return l10n.t('The ledger was begun by another key than the one that you trust.');
    case 'CHECKPOINT_INVALID':
    case 'KEYS_INVALID':
    case 'MANIFEST_INVALID':
      return l10n.t(
        'A signature does not hold: whoever changed the file did not have the key of the ledger.',
      );
    case 'EXPORT_MALFORMED':
      return l10n.t('The file is no export, or was changed by an editor or in transport.');
    default:
      return l10n.t('The first record concerned is where the file stops being what was written.');
  }
}

function factsOf(file: string, report: VerifyReport): readonly string[] {
  const { anchoredBy, genesisKid } = report;
  return [
    l10n.t('File: {0}', file),
    l10n.t('Ledger: {0}', report.log),
    l10n.t('Records in the ledger: {0}; read: {1}', report.size, report.records),
    l10n.t('Head: {0}', report.head),
    ...(genesisKid === undefined ? [] : [l10n.t('Begun by the key: {0}', genesisKid)]),
    ...(anchoredBy === undefined
      ? []
      : [l10n.t('Confirmed from outside: the first {0} records', anchoredBy.size)]),
    l10n.t('Records after the last signed checkpoint: {0}', report.unsigned),
    l10n.t('Members that were kept back: {0}', report.hidden),
    l10n.t('Calls whose outcome is unknown: {0}', report.danglingIntents),
  ];
}
