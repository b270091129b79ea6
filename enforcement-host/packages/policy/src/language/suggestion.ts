import type { Range } from '../issue.js';

/** One thing that may stand at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'operator' | 'value' | 'field' | 'snippet';
  /** Put in place of `range`; its further lines have their full indentation. */
  readonly insertText: string;
  /** True where `insertText` has tab stops, as in `$1` and `${2:name}`. */
  readonly isSnippet: boolean;
  readonly range: Range;
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
}

/** A completion before its place is known. */
export type Suggestion = Omit<Completion, 'range'>;
