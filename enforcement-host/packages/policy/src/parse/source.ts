import type { PolicyIssue } from '../issue.js';
import type { SchemaIssue } from '../schema-issue.js';
import { Lines } from './lines.js';
import { locate, readNode, type ReadNode } from './yaml-value.js';
import { readYaml, type TextIssue } from './yaml-text.js';

/** Something found in a text, at offsets of it. */
export interface Finding extends TextIssue {
  readonly severity?: 'warning';
  readonly path?: readonly (string | number)[];
}

/** A text read as one YAML value, and what was found on the way. */
export interface Source {
  readonly lines: Lines;
  /** Absent where the text is no YAML of ours; then there is a finding. */
  readonly root: ReadNode | undefined;
  readonly findings: readonly Finding[];
}

const MAX_LENGTH = 1024 * 1024;
const MAX_LINES = 25_000;
/** Issues of one text that are told. */
export const MAX_ISSUES = 100;
// Controls, the byte order mark, line breaks that YAML does not see but editors show, and what
// makes a text read in another direction than it is written.
const REFUSED_CHARACTER =
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)/;

/**
 * Reads a text within the limits of every file of ours: 1 MiB (in UTF-16 units), 25,000 lines,
 * 100,000 YAML tokens. What is over them is refused before anything is made of it. Never throws.
 */
export function readSource(text: string): Source {
  const lines = new Lines(text.slice(0, MAX_LENGTH));
  const refusal = refuseText(text, lines);
  const read = refusal ? { issues: [refusal] } : readYaml(text);
  if ('issues' in read) return { lines, root: undefined, findings: read.issues };
  const findings: TextIssue[] = [];
  return { lines, root: readNode(read.document.contents, findings), findings };
}

/** Finds where in the text an issue of its schema is. */
export function findingOf(issue: SchemaIssue, root: ReadNode): Finding {
  const { path, code, message } = issue;
  const { place, missing } = locate(root, path, issue.isAboutKey === true ? 'key' : 'value');
  if (missing === undefined) return { code, message, path, ...place };
  return { code: 'missing-key', message: `missing "${missing}": ${message}`, path, ...place };
}

/** The first hundred findings as issues, with lines and columns. */
export function issuesOf(findings: readonly Finding[], lines: Lines): readonly PolicyIssue[] {
  return findings.slice(0, MAX_ISSUES).map((finding) => ({
    code: finding.code,
    message: finding.message,
    severity: finding.severity ?? 'error',
    range: lines.range(finding.start, finding.end),
    path: finding.path ?? [],
  }));
}

function refuseText(text: string, lines: Lines): TextIssue | undefined {
  if (text.length > MAX_LENGTH) {
    const message = `expected at most ${MAX_LENGTH} characters, got ${text.length}`;
    return { code: 'too-large', message, start: 0, end: 1 };
  }
  if (lines.count > MAX_LINES) {
    const message = `expected at most ${MAX_LINES} lines, got ${lines.count}`;
    return { code: 'too-large', message, start: 0, end: 1 };
  }
  const refused = REFUSED_CHARACTER.exec(text);
  if (refused === null) return undefined;
  const message = 'expected no control character, byte order mark or lone carriage return';
  return { code: 'unsupported-yaml', message, start: refused.index, end: refused.index + 1 };
}
