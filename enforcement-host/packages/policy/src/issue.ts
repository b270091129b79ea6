/** A place in a text: zero-based line, zero-based column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type PolicyIssueCode =
  | 'any-element'
  | 'bad-field'
  | 'bad-glob'
  | 'duplicate-id'
  | 'duplicate-key'
  | 'invalid-value'
  | 'missing-key'
  | 'never-matches'
  | 'no-budget'
  | 'no-rules'
  | 'operator-count'
  | 'same-rule'
  | 'shadowed'
  | 'syntax'
  | 'too-deep'
  | 'too-large'
  | 'unknown-key'
  | 'unknown-role'
  | 'unknown-rule'
  | 'unknown-server'
  | 'unknown-tool'
  | 'unsupported-yaml'
  | 'unused';

/** What is wrong with a policy text, and where. The message never repeats a value of the text. */
export interface PolicyIssue {
  readonly code: PolicyIssueCode;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly range: Range;
  /** Keys and indexes from the root of the document; empty where there is no node. */
  readonly path: readonly (string | number)[];
}
