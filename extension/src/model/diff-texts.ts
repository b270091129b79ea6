import type { ApprovalDetail, DiffMetadata } from '@axtary/protocol';

/** Both sides of one file, for the editor's own diff. */
export interface FileTexts {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** Only the changed parts are known; what lies between them is left out. */
  readonly isPartial: boolean;
}

/** The texts of a file of a request, or of its first one. `undefined`: it has none. */
export function fileTexts(detail: ApprovalDetail, path: string | undefined): FileTexts | undefined {
  const file = detail.files.find((candidate) => path === undefined || candidate.path === path);
  if (file !== undefined) {
    return {
      path: file.path,
      before: file.before ?? '',
      after: file.after ?? '',
      isPartial: false,
    };
  }
  const changed = detail.diff?.files.find(
    (candidate) => path === undefined || candidate.path === path,
  );
  if (changed === undefined) return undefined;
  return {
    path: changed.path,
    before: side(changed, 'deletion'),
    after: side(changed, 'addition'),
    isPartial: true,
  };
}

function side(file: DiffMetadata['files'][number], type: 'addition' | 'deletion'): string {
  return file.hunks
    .map((hunk) => {
      const lines = hunk.lines.filter((line) => line.type === 'context' || line.type === type);
      return [hunk.header, ...lines.map((line) => line.content)].join('\n');
    })
    .join('\n');
}
