import type { PolicyIssue, PolicyTestResult } from '@axtary/policy';

import type { PolicyCoverage } from './coverage.js';

export interface PolicyTestOptions {
  readonly paths: readonly string[];
  readonly format: 'pretty' | 'tap' | 'json';
  readonly coverage: boolean;
  /** Percent of each policy's own rules that a test must decide by. */
  readonly minCoverage?: number;
}

/** What came of one test file. */
export interface TestedFile {
  readonly file: string;
  readonly policy: string;
  /** Of the test file, and of its policy where that is not valid. */
  readonly issues: readonly (PolicyIssue & { readonly file: string })[];
  readonly results: readonly PolicyTestResult[];
}

export interface TestedPolicies {
  readonly files: readonly TestedFile[];
  readonly coverage: readonly PolicyCoverage[];
}
