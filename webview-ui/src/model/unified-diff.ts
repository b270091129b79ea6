import type { TextRun } from '@axtary/protocol';

import { lineRuns } from './diff-rows.js';

/** One line of a unified diff. */
export interface DiffLine {
  readonly kind: 'file' | 'hunk' | 'addition' | 'deletion' | 'context' | 'note';
  readonly runs: readonly TextRun[];
}

/**
 * Lines of a unified diff as git writes it. What is within a hunk is told by the lengths in its
 * head, so that a line `-- x` that was removed is not taken for a file's head.
 */
export function unifiedLines(diff: string): DiffLine[] {
  const lines = diff.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let left = { before: 0, after: 0 };
  return lines.map((line): DiffLine => {
    const hunk = left.before <= 0 && left.after <= 0 ? hunkLengths(line) : undefined;
    if (hunk !== undefined) {
      left = hunk;
      return { kind: 'hunk', runs: lineRuns(line) };
    }
    if (line.startsWith('\\')) return { kind: 'note', runs: lineRuns(line) };
    if (left.before <= 0 && left.after <= 0) return { kind: 'file', runs: lineRuns(line) };
    const kind = kindOf(line);
    left = {
      before: left.before - Number(kind !== 'addition'),
      after: left.after - Number(kind !== 'deletion'),
    };
    return { kind, runs: lineRuns(line) };
  });
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

function hunkLengths(line: string): { before: number; after: number } | undefined {
  const match = HUNK.exec(line);
  return match === null
    ? undefined
    : { before: Number(match[1] ?? 1), after: Number(match[2] ?? 1) };
}

function kindOf(line: string): 'addition' | 'deletion' | 'context' {
  if (line.startsWith('+')) return 'addition';
  return line.startsWith('-') ? 'deletion' : 'context';
}
