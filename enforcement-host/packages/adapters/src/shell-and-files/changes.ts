import type { FileChange } from '@axtary/core';

import { applyEdits } from './edits.js';
import type { FileCall, FileInspection, Written } from './file-call.js';
import { textOf } from './read-file.js';

type Shown = Pick<FileInspection, 'changes' | 'note'>;

/** What a known write would change, or a note that says why that cannot be shown. */
export function changesOf(call: FileCall, written: readonly (Written | undefined)[]): Shown {
  const [first, second] = written;
  switch (call.tool) {
    case 'write_file':
      return first ? writeChange(call, first) : {};
    case 'edit_file':
      return first ? editChange(call, first) : {};
    case 'move_file':
      return moveChange(first, second);
    default:
      return {};
  }
}

function writeChange(call: FileCall, { file, present }: Written): Shown {
  const content = call.arguments['content'];
  if (typeof content !== 'string') return { note: noDiff('the call gives no content') };
  if (!present) return { changes: [{ path: file.display, after: content }] };
  const before = shownText(present);
  if ('note' in before) return before;
  return { changes: [{ path: file.display, before: before.text, after: content }] };
}

function editChange(call: FileCall, { file, present }: Written): Shown {
  if (!present) return { note: noDiff('the file does not exist') };
  if (call.arguments['dryRun'] === true) {
    return { note: noDiff('the call says that it is a dry run, which only the server can honour') };
  }
  const before = shownText(present);
  if ('note' in before) return before;
  const outcome = applyEdits(before.text, call.arguments['edits']);
  if ('note' in outcome) return { note: noDiff(outcome.note) };
  return { changes: [{ path: file.display, before: before.text, after: outcome.after }] };
}

function moveChange(source: Written | undefined, destination: Written | undefined): Shown {
  if (!source) return { note: noDiff('a folder is moved; what it holds is not pinned') };
  if (!source.present) return { note: noDiff('the source does not exist') };
  const text = shownText(source.present);
  if ('note' in text) return text;
  const changes: FileChange[] = [{ path: source.file.display, before: text.text }];
  if (destination && !destination.present) {
    return { changes: [...changes, { path: destination.file.display, after: text.text }] };
  }
  return { note: noDiff('the destination exists') };
}

function shownText(present: NonNullable<Written['present']>): { text: string } | { note: string } {
  if (!present.bytes) return { note: noDiff('the file is larger than 1 MiB') };
  const text = textOf(present.bytes);
  return text === undefined ? { note: noDiff('the file is not text') } : { text };
}

function noDiff(why: string): string {
  return `no exact diff can be shown: ${why}. The whole payload is what is approved.`;
}
