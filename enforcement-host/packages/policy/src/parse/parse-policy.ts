import { policyDocumentSchema, type PolicyDocument } from '../document.js';
import type { PolicyIssue } from '../issue.js';
import { Policy, takenIds } from '../policy.js';
import { describeIssues, type SchemaIssue } from '../schema-issue.js';
import { Lines } from './lines.js';
import { locate, readNode, type ReadNode } from './yaml-value.js';
import { readYaml, type TextIssue } from './yaml-text.js';

/** A policy and its warnings, or why there is none. */
export type PolicyParseResult =
  | {
      readonly policy: Policy;
      readonly document: PolicyDocument;
      readonly issues: readonly PolicyIssue[];
    }
  | { readonly policy: undefined; readonly issues: readonly PolicyIssue[] };

interface Source {
  readonly text: string;
  readonly lines: Lines;
}

interface Finding extends TextIssue {
  readonly severity?: 'warning';
  readonly path?: readonly (string | number)[];
}

const MAX_LENGTH = 1024 * 1024;
const MAX_LINES = 25_000;
const MAX_ISSUES = 100;
// Controls, the byte order mark, line breaks that YAML does not see but editors show, and what
// makes a text read in another direction than it is written.
const REFUSED_CHARACTER =
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)/;

/**
 * Reads the text of an `axtary.yml`. Never throws, whatever the text: a policy comes with
 * warnings at most, and without a policy there is at least one error. Texts over 1 MiB (in UTF-16
 * units), 25,000 lines or 100,000 YAML tokens are refused before anything is made of them.
 *
 * @param name For humans; the file's name.
 */
export function parsePolicy(text: string, name = 'axtary.yml'): PolicyParseResult {
  const findings: Finding[] = [];
  const lines = new Lines(text.slice(0, MAX_LENGTH));
  const document = readDocument({ text, lines }, findings);
  const issues = findings.slice(0, MAX_ISSUES).map((finding) => toIssue(finding, lines));
  if (document === undefined) return { policy: undefined, issues };
  return { policy: new Policy({ name, text, document }), document, issues };
}

// `undefined` only with an error among the findings.
function readDocument(source: Source, findings: Finding[]): PolicyDocument | undefined {
  const root = readRoot(source, findings);
  if (root === undefined || findings.length > 0) return undefined;
  const parsed = policyDocumentSchema.safeParse(root.value);
  if (!parsed.success) {
    findings.push(...describeIssues(parsed.error.issues).map((issue) => find(issue, root)));
    return undefined;
  }
  const document = parsed.data;
  const taken = takenIds(document);
  findings.push(...taken.map((index) => find(idTaken(index), root)));
  if (taken.length > 0) return undefined;
  if (document.preset === 'none' && document.policies.length === 0) {
    findings.push({ ...find(NO_RULES, root), severity: 'warning' });
  }
  return document;
}

function readRoot(source: Source, findings: Finding[]): ReadNode | undefined {
  const refusal = refuseText(source);
  const read = refusal ? { issues: [refusal] } : readYaml(source.text);
  if ('document' in read) return readNode(read.document.contents, findings);
  findings.push(...read.issues);
  return undefined;
}

function refuseText({ text, lines }: Source): TextIssue | undefined {
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

const NO_RULES: SchemaIssue = {
  code: 'no-rules',
  message: 'no preset and no rule: every action is denied',
  path: ['preset'],
};

function idTaken(index: number): SchemaIssue {
  const message = 'expected another id: an earlier rule, or one of the preset, has this one';
  return { code: 'duplicate-id', message, path: ['policies', index, 'id'] };
}

function find(issue: SchemaIssue, root: ReadNode): Finding {
  const { path, code, message } = issue;
  const { place, missing } = locate(root, path, issue.isAboutKey === true ? 'key' : 'value');
  if (missing === undefined) return { code, message, path, ...place };
  return { code: 'missing-key', message: `missing "${missing}": ${message}`, path, ...place };
}

function toIssue(finding: Finding, lines: Lines): PolicyIssue {
  return {
    code: finding.code,
    message: finding.message,
    severity: finding.severity ?? 'error',
    range: lines.range(finding.start, finding.end),
    path: finding.path ?? [],
  };
}
