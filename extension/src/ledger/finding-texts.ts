/** The editor's `l10n`, as far as texts need it. */
export interface Texts {
  t(message: string, ...args: (string | number | boolean)[]): string;
}

type Finding =
  | 'damaged'
  | 'broken-chain'
  | 'bad-signature'
  | 'disclosure'
  | 'time'
  | 'order'
  | 'proof'
  | 'manifest'
  | 'anchor'
  | 'shorter'
  | 'other-key'
  | 'unfinished'
  | 'unsigned'
  | 'empty';

const FINDINGS: Readonly<Record<string, Finding>> = {
  LINE_TOO_LONG: 'damaged',
  MALFORMED: 'damaged',
  NOT_CANONICAL: 'damaged',
  SCHEMA_MISMATCH: 'damaged',
  EXPORT_MALFORMED: 'damaged',
  GENESIS_MISPLACED: 'broken-chain',
  LOG_MISMATCH: 'broken-chain',
  PREV_MISMATCH: 'broken-chain',
  SEQ_MISMATCH: 'broken-chain',
  CHECKPOINT_INVALID: 'bad-signature',
  KEY_EPOCH_INVALID: 'bad-signature',
  KEYS_INVALID: 'bad-signature',
  DISCLOSURE_MISMATCH: 'disclosure',
  DISCLOSURE_MISSING: 'disclosure',
  REDACTION_UNDECLARED: 'disclosure',
  CLOCK_UNRECORDED: 'time',
  TIME_REVERSED: 'time',
  BINDING_MISMATCH: 'order',
  DECISION_MISSING: 'order',
  DECISION_NOT_ALLOW: 'order',
  DECISION_REPEATED: 'order',
  INTENT_MISSING: 'order',
  INTENT_REPEATED: 'order',
  OUTCOME_NOT_UNKNOWN: 'order',
  OUTCOME_REPEATED: 'order',
  PASS_MISSING: 'order',
  PASS_REPEATED: 'order',
  PASS_REUSED: 'order',
  CONSISTENCY_INVALID: 'proof',
  INCLUSION_INVALID: 'proof',
  MANIFEST_INVALID: 'manifest',
  MANIFEST_MISMATCH: 'manifest',
  ANCHOR_MISMATCH: 'anchor',
  TRUNCATED: 'shorter',
  TRUST_ROOT_MISMATCH: 'other-key',
  EMPTY: 'empty',
  MANIFEST_MISSING: 'unfinished',
  TORN_TAIL: 'unfinished',
  UNSIGNED_TAIL: 'unsigned',
};

const MEANINGS: Readonly<Record<Finding, (l10n: Texts) => string>> = {
  damaged: (l10n) => l10n.t('A line is not as a ledger writes it: the file was damaged or edited.'),
  'broken-chain': (l10n) =>
    l10n.t(
      'A record does not follow from the one before it: a record was changed, taken out, put in or moved.',
    ),
  'bad-signature': (l10n) =>
    l10n.t('A signature does not fit: what it covers was changed, or another key made it.'),
  disclosure: (l10n) =>
    l10n.t('What is disclosed of a record, or kept back of it, is not what was sealed.'),
  time: (l10n) => l10n.t('The times of two records contradict each other, and no record says why.'),
  order: (l10n) =>
    l10n.t(
      'The records tell what Axtary never does, such as executing without a decision: they were not written by it alone.',
    ),
  proof: (l10n) => l10n.t('A proof does not fit the root that is signed.'),
  manifest: (l10n) => l10n.t('The signed manifest does not fit what is in the file.'),
  anchor: (l10n) => l10n.t('The file contradicts a head that was kept outside of it.'),
  shorter: (l10n) => l10n.t('The file ends before a record that was seen when it was written.'),
  'other-key': (l10n) => l10n.t('The ledger begins with another key than the one that is trusted.'),
  unfinished: (l10n) =>
    l10n.t('The file stops in the middle, as a copy does that was interrupted.'),
  unsigned: (l10n) => l10n.t('The last records are not signed yet.'),
  empty: (l10n) => l10n.t('There is no record in the file.'),
};

/** What a code of a verification means, in a sentence. `undefined`: a code of a later version. */
export function findingText(code: string, l10n: Texts): string | undefined {
  const finding = FINDINGS[code];
  return finding && MEANINGS[finding](l10n);
}

/** What whoever holds the file had best do about it, a step each. */
export function nextSteps(
  report: { readonly verdict: string; readonly code?: string | undefined },
  l10n: Texts,
): readonly string[] {
  switch (report.verdict) {
    case 'VALID_ANCHORED':
      return [l10n.t('Keep this report with the file: it names the head that was compared.')];
    case 'VALID_UNANCHORED':
      return [
        l10n.t(
          'Compare the head below with one that was kept elsewhere: by a colleague, in a commit, at a witness.',
        ),
        l10n.t(
          'Verify the file in the editor that exported it: it keeps the heads of its exports.',
        ),
      ];
    case 'INCOMPLETE':
      return [
        FINDINGS[report.code ?? ''] === 'unsigned'
          ? l10n.t('Export the ledger again: an export ends with a signed checkpoint.')
          : l10n.t('Copy or export the file again, and verify the new one.'),
      ];
    default:
      return stepsAfterInvalid(FINDINGS[report.code ?? ''], l10n);
  }
}

function stepsAfterInvalid(finding: Finding | undefined, l10n: Texts): readonly string[] {
  const keep = l10n.t('Keep the file as it is, as evidence, and do not rely on what it says.');
  if (finding === 'other-key') {
    return [keep, l10n.t('See whether this is an export of the ledger that you expect.')];
  }
  if (finding === 'anchor' || finding === 'shorter') {
    return [
      keep,
      l10n.t('Ask whoever gave you the file for the export as it was made, and compare the two.'),
      l10n.t('If the ledger itself is shorter now, find out who could write its folder.'),
    ];
  }
  return [
    keep,
    l10n.t('Export the ledger again where it was written, and verify that file.'),
    l10n.t(
      'If the new one is valid, this copy was changed on its way. If not, the ledger was changed where it lies.',
    ),
  ];
}
