import type { DiffMetadata, FileChange } from '@axtary/core';
import { structuredPatch, type StructuredPatchHunk } from 'diff';

const CONTEXT_LINES = 3;
// Myers' algorithm takes the square of the number of changed lines, and an agent chooses the text:
// this bounds all files of one request together, to well under a second.
const MAX_COST = 4_000_000;

type DiffFile = DiffMetadata['files'][number];
type DiffLine = DiffFile['hunks'][number]['lines'][number];

/**
 * Computes the line diff of every change. Line numbers count from 1. Exact always; where so much
 * changed that the shortest diff would take long, all old lines are deleted and all new ones added.
 */
export function createDiffMetadata(provider: string, changes: readonly FileChange[]): DiffMetadata {
  let cost = MAX_COST;
  const files = changes.map((change) => {
    const maxEditLength = Math.floor(Math.sqrt(Math.max(cost, 0)));
    const file = diffFile(change, maxEditLength);
    cost -= Math.min(file.additions + file.deletions, maxEditLength) ** 2;
    return file;
  });
  return { provider, summary: summarise(files), files };
}

function diffFile({ path, before, after }: FileChange, maxEditLength: number): DiffFile {
  const hunks = hunksOf(before ?? '', after ?? '', maxEditLength).map((hunk) => ({
    header: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    lines: diffLines(hunk.lines, hunk.oldStart, hunk.newStart),
  }));
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    path,
    status: statusOf(before, after),
    additions: lines.filter(({ type }) => type === 'addition').length,
    deletions: lines.filter(({ type }) => type === 'deletion').length,
    hunks,
  };
}

function hunksOf(before: string, after: string, maxEditLength: number): StructuredPatchHunk[] {
  const options = { context: CONTEXT_LINES };
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    ...options,
    maxEditLength,
  });
  if (patch) return patch.hunks;
  // From and to nothing there is one way only, found at once.
  const removed = structuredPatch('', '', before, '', undefined, undefined, options).hunks;
  const added = structuredPatch('', '', '', after, undefined, undefined, options).hunks;
  const whole = [...removed, ...added];
  return [
    {
      oldStart: 1,
      oldLines: removed[0]?.oldLines ?? 0,
      newStart: 1,
      newLines: added[0]?.newLines ?? 0,
      lines: whole.flatMap(({ lines }) => lines),
    },
  ];
}

// A hunk's line is one of ' ', '+', '-' and the text, or '\ No newline at end of file' about the
// line before it.
function diffLines(marked: readonly string[], oldStart: number, newStart: number): DiffLine[] {
  const lines: DiffLine[] = [];
  let oldLine = oldStart;
  let newLine = newStart;
  for (const line of marked) {
    const content = line.slice(1);
    const mark = line[0];
    if (mark === '+') lines.push({ type: 'addition', newLine: newLine++, content });
    else if (mark === '-') lines.push({ type: 'deletion', oldLine: oldLine++, content });
    else if (mark === '\\') markNoNewline(lines);
    else lines.push({ type: 'context', oldLine: oldLine++, newLine: newLine++, content });
  }
  return lines;
}

function markNoNewline(lines: DiffLine[]): void {
  const last = lines.pop();
  if (last) lines.push({ ...last, noNewline: true });
}

function statusOf(before: string | undefined, after: string | undefined): DiffFile['status'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'modified';
}

function summarise(files: readonly DiffFile[]): string {
  const count = (status: DiffFile['status']): number =>
    files.filter((file) => file.status === status).length;
  const parts = (['modified', 'added', 'removed'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => plural(count(status), `${status} file`));
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return [...parts, plural(additions, 'addition'), plural(deletions, 'deletion')].join(', ');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
