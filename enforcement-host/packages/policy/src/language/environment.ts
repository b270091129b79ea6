import type { PolicyIssue, Range } from '../issue.js';

/**
 * What is known beside the file: it makes suggestions and warnings better, and never changes a
 * decision. Where a list is left out, nothing is said about what it would hold.
 */
export interface PolicyEnvironment {
  /** Tools that adapters serve, and resources `mcp:<server>/<tool>` of pinned MCP tools. */
  readonly tools?: readonly string[];
  /** MCP servers beside those of the file. */
  readonly servers?: readonly string[];
  /** Fields seen in recent actions, by tool: `payload.arguments.recipient`. */
  readonly samples?: Readonly<Record<string, readonly string[]>>;
  /** Values seen in recent actions, by field: those of `actor.agent`. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

/** Replaces a range of the text. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** One way to put an issue right. Its edits do not overlap. */
export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface FixableIssue extends PolicyIssue {
  readonly fixes?: readonly QuickFix[];
}
