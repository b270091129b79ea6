import type { PolicyIssue } from '../issue.js';
import { findingsOf, issueOf } from '../lint/lint-policy.js';
import { parsePolicy } from '../parse/parse-policy.js';
import type { Policy } from '../policy.js';
import type { FixableIssue, PolicyEnvironment } from './environment.js';
import { fixesFor, type FixSource } from './fixes.js';
import { readOutline } from './outline.js';
import { rangesOf } from './position.js';
import { rulesOf, symbolsOf, type PolicySymbol, type RulePlace } from './symbols.js';

/** Everything an editor shows of an `axtary.yml` without being asked. */
export interface PolicyAnalysis {
  /** The policy, where the text is one. */
  readonly policy: Policy | undefined;
  /** Errors, or warnings and hints, with ways to put them right. */
  readonly issues: readonly FixableIssue[];
  readonly symbols: readonly PolicySymbol[];
  readonly rules: readonly RulePlace[];
}

/**
 * Reads and checks the text of an `axtary.yml`. Never throws, whatever the text. Symbols and rules
 * are there also where the text is no policy.
 */
export function analyzePolicy(text: string, environment: PolicyEnvironment = {}): PolicyAnalysis {
  const { policy, issues } = parsePolicy(text);
  const root = readOutline(text);
  const rangeAt = rangesOf(text);
  const source: FixSource = { text, root, rangeAt, environment };
  const linted = policy === undefined ? [] : lint(policy, environment, source);
  return {
    policy,
    issues: [...issues.map((issue) => withFixes(issue, undefined, source)), ...linted],
    symbols: symbolsOf(root, rangeAt),
    rules: rulesOf(root, rangeAt),
  };
}

function lint(
  policy: Policy,
  environment: PolicyEnvironment,
  source: FixSource,
): readonly FixableIssue[] {
  return findingsOf(policy, environment).map((finding) =>
    withFixes(issueOf(finding, source.root, source.rangeAt), finding.nearest, source),
  );
}

function withFixes(
  issue: PolicyIssue,
  nearest: string | undefined,
  source: FixSource,
): FixableIssue {
  const fixes = fixesFor(issue, nearest, source);
  return fixes.length === 0 ? issue : { ...issue, fixes };
}
