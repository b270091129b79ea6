import type { VERDICT_EXIT_CODES } from '@axtary/ledger';

/** What a command ends with. Verdicts have the codes that the ledger package gives them. */
export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  usage: 2,
  unanchored: 3 satisfies (typeof VERDICT_EXIT_CODES)['VALID_UNANCHORED'],
  incomplete: 4 satisfies (typeof VERDICT_EXIT_CODES)['INCOMPLETE'],
  approvalNeeded: 10,
  denied: 11,
  changed: 12,
  disagreement: 13,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  ${EXIT_CODES.ok}  done; a verified file is anchored
  ${EXIT_CODES.failed}  failed, or the file is invalid
  ${EXIT_CODES.usage}  the command line is wrong
  ${EXIT_CODES.unanchored}  the file is valid, but nothing outside it confirms it
  ${EXIT_CODES.incomplete}  nothing contradicts the file, but its end is missing
  ${EXIT_CODES.approvalNeeded}  policy simulate: no action is denied, some need an approval
  ${EXIT_CODES.denied}  policy simulate: some actions are denied
  ${EXIT_CODES.changed}  policy diff: the policies differ, or decide an action differently
  ${EXIT_CODES.disagreement}  policy prove: the engines do not agree`;
