import type { DiffMetadata } from '@axtary/core';

type DiffFile = DiffMetadata['files'][number];
type DiffLine = DiffFile['hunks'][number]['lines'][number];

const MARKS = { context: ' ', addition: '+', deletion: '-' } as const;

/** A change as a unified diff, with the headers that git writes. */
export function diffText({ files }: DiffMetadata): string {
  return files.map(fileText).join('');
}

function fileText({ path, status, hunks }: DiffFile): string {
  const before = status === 'added' ? '/dev/null' : quoted(`a/${path}`);
  const after = status === 'removed' ? '/dev/null' : quoted(`b/${path}`);
  const body = hunks.map(({ header, lines }) => `${header}\n${lines.map(lineText).join('')}`);
  return `--- ${before}\n+++ ${after}\n${body.join('')}`;
}

function lineText({ type, content, noNewline }: DiffLine): string {
  const end = noNewline === true ? '\n\\ No newline at end of file\n' : '\n';
  return `${MARKS[type]}${content}${end}`;
}

/** A path that could be taken for more than one line, or for another path, is quoted. */
function quoted(path: string): string {
  return /[\p{C}\p{Zl}\p{Zp}"\\]/u.test(path) ? JSON.stringify(path) : path;
}
