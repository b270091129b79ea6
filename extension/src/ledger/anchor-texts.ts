import { visibleText, type AnchorState } from '@axtary/protocol';

import type { FolderModel } from '../model/store.js';
import type { Texts } from './finding-texts.js';

/** Whether an anchor has seen another history than that of its ledger. */
export function isConflict({ error }: AnchorState): boolean {
  return error?.code === 'ANCHOR_CONFLICT';
}

/** Who an anchor is, such as `git /home/ada/anchors`. */
export function anchorName({ to, place }: AnchorState): string {
  return `${to} ${visibleText(place)}`;
}

/** How it stands with an anchor, in a few words. */
export function anchorSummary(anchor: AnchorState, l10n: Texts): string {
  const { last, error } = anchor;
  if (isConflict(anchor)) return l10n.t('has seen another history');
  if (error !== undefined) return l10n.t('not anchored: {0}', visibleText(error.message));
  if (last === undefined) return l10n.t('nothing anchored yet');
  return l10n.t('{0} records', last.size);
}

/** All that is known of an anchor, and what to do where it fails; a line each. */
export function anchorDetails(
  anchor: AnchorState,
  l10n: Texts,
  timeOf: (time: string) => string,
): readonly string[] {
  const { last, pending, error } = anchor;
  const lines: string[] = [];
  if (error !== undefined) {
    lines.push(
      l10n.t(
        'Not anchored at {0}, attempt {1}: {2}',
        timeOf(error.at),
        error.attempts,
        visibleText(error.message),
      ),
      adviceOf(error.code, l10n),
    );
  }
  if (last !== undefined) lines.push(l10n.t('Holds {0} records', last.size));
  if (last !== undefined) lines.push(l10n.t('by {0}', visibleText(last.by)));
  if (last?.at !== undefined) lines.push(l10n.t('since {0}', timeOf(last.at)));
  if (pending !== undefined) lines.push(l10n.t('{0} records wait for it', pending));
  return lines;
}

/** What it means that an anchor contradicts a ledger, and what to do. */
export function conflictText(anchor: AnchorState, folder: string, l10n: Texts): string {
  const what = l10n.t(
    'An anchor contradicts the ledger of {0} ({1}): {2}.',
    visibleText(folder),
    anchorName(anchor),
    visibleText(anchor.error?.message ?? ''),
  );
  return `${what} ${adviceOf('ANCHOR_CONFLICT', l10n)}`;
}

/** What anchors say against the ledgers of these folders. */
export function conflictsOf(folders: readonly FolderModel[], l10n: Texts): readonly string[] {
  return folders.flatMap(({ name, state }) =>
    (state?.ledger.anchors ?? [])
      .filter(isConflict)
      .map((anchor) => conflictText(anchor, name, l10n)),
  );
}

function adviceOf(code: string, l10n: Texts): string {
  switch (code) {
    case 'ANCHOR_CONFLICT':
      return l10n.t(
        'The ledger was cut, set back or forked, or the anchor holds the history of a copy of it. Keep a copy of the ledger and of what the anchor knows, and verify the one with the other.',
      );
    case 'ANCHOR_MISCONFIGURED':
      return l10n.t('Put the setting axtary.ledger.anchors right.');
    case 'ANCHOR_REFUSED':
      return l10n.t(
        'See that it knows this ledger and its key ("axtary ledger note-key" prints both), or its bearer.',
      );
    case 'ANCHOR_SECRET_UNUSABLE':
      return l10n.t('Put the file right, and let nobody but yourself read it ("chmod 600").');
    case 'ANCHOR_WRITE_FAILED':
    case 'ANCHOR_UNREADABLE':
      return l10n.t('See that its file can be read and written, and that its disk has room.');
    case 'ANCHOR_RESPONSE_INVALID':
      return l10n.t('What answers is not what the setting says: see its address and its key.');
    default:
      return l10n.t('It is tried again by itself: see that it is there and can be reached.');
  }
}
