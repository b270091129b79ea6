import { policyDocumentSchema, type PolicyDocument } from '../document/document.js';
import type { PolicyIssue } from '../issue.js';
import { Policy, takenIds } from '../policy.js';
import { describeIssues, type SchemaIssue } from '../schema-issue.js';
import { findingOf, issuesOf, readSource, type Finding } from './source.js';
import type { ReadNode } from './yaml-value.js';

/** A policy and its warnings, or why there is none. */
export type PolicyParseResult =
  | {
      readonly policy: Policy;
      readonly document: PolicyDocument;
      readonly issues: readonly PolicyIssue[];
    }
  | { readonly policy: undefined; readonly issues: readonly PolicyIssue[] };

/**
 * Reads the text of an `axtary.yml`. Never throws, whatever the text: a policy comes with
 * warnings at most, and without a policy there is at least one error. Texts over 1 MiB (in UTF-16
 * units), 25,000 lines or 100,000 YAML tokens are refused before anything is made of them.
 *
 * @param name For humans; the file's name.
 */
export function parsePolicy(text: string, name = 'axtary.yml'): PolicyParseResult {
  const { lines, root, findings } = readSource(text);
  if (root === undefined || findings.length > 0) {
    return { policy: undefined, issues: issuesOf(findings, lines) };
  }
  const { document, problems } = readDocument(root);
  const issues = issuesOf(problems, lines);
  if (document === undefined) return { policy: undefined, issues };
  return { policy: new Policy({ name, text, document }), document, issues };
}

interface ReadDocument {
  /** Absent only with an error among the problems. */
  readonly document: PolicyDocument | undefined;
  readonly problems: readonly Finding[];
}

function readDocument(root: ReadNode): ReadDocument {
  const parsed = policyDocumentSchema.safeParse(root.value);
  if (!parsed.success) {
    const issues = describeIssues(parsed.error.issues);
    return { document: undefined, problems: issues.map((issue) => findingOf(issue, root)) };
  }
  const document = parsed.data;
  const taken = takenIds(document);
  if (taken.length > 0) {
    const problems = taken.map((index) => findingOf(idTaken(index), root));
    return { document: undefined, problems };
  }
  const isEmpty =
    document.preset === 'none' && document.packs.length + document.policies.length === 0;
  const problems = isEmpty ? [{ ...findingOf(NO_RULES, root), severity: 'warning' as const }] : [];
  return { document, problems };
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
