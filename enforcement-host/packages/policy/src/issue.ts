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
  | 'bad-field'
  | 'bad-glob'
  | 'duplicate-id'
  | 'duplicate-key'
  | 'invalid-value'
  | 'missing-key'
  | 'no-rules'
  | 'operator-count'
  | 'syntax'
  | 'too-deep'
  | 'too-large'
  | 'unknown-key'
  | 'unsupported-yaml';

/** What is wrong with a policy text, and where. The message never repeats a value of the text. */
export interface PolicyIssue {
  readonly code: PolicyIssueCode;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  readonly range: Range;
  /** Keys and indexes from the root of the document; empty where there is no node. */
  readonly path: readonly (string | number)[];
}
