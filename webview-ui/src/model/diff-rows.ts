import { splitVisible, type DiffMetadata, type TextRun } from '@axtary/protocol';

export type DiffFile = DiffMetadata['files'][number];

/** One row of the diff table. */
export type DiffRow =
  | { readonly type: 'hunk'; readonly header: string }
  | {
      readonly type: 'context' | 'addition' | 'deletion';
      readonly oldLine: number | undefined;
      readonly newLine: number | undefined;
      readonly sign: '+' | '-' | ' ';
      readonly runs: readonly TextRun[];
    }
  | { readonly type: 'no-newline' };

const SIGNS = { context: ' ', addition: '+', deletion: '-' } as const;

/** The rows of a file's diff, in order, with hidden characters apart. */
export function diffRows(file: DiffFile): DiffRow[] {
  return file.hunks.flatMap((hunk): DiffRow[] => [
    { type: 'hunk', header: hunk.header },
    ...hunk.lines.flatMap((line): DiffRow[] => {
      const row: DiffRow = {
        type: line.type,
        oldLine: line.oldLine,
        newLine: line.newLine,
        sign: SIGNS[line.type],
        runs: lineRuns(line.content),
      };
      return line.noNewline === true ? [row, { type: 'no-newline' }] : [row];
    }),
  ]);
}

/** A tab is shown as one; every other control character is marked. */
export function lineRuns(content: string): TextRun[] {
  return content
    .split('\t')
    .flatMap((part, index) =>
      index === 0 ? splitVisible(part) : [{ text: '\t' }, ...splitVisible(part)],
    );
}
