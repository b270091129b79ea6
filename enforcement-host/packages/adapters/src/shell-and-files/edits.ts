import { isJsonObject, type JsonValue } from '@axtary/core';

/** The text after all edits, or why it cannot be told for certain. */
export type EditOutcome = { readonly after: string } | { readonly note: string };

/**
 * What `edit_file` of @modelcontextprotocol/server-filesystem would leave of a text. That server
 * falls back to matching lines without their white space, rewrites CRLF, and takes the first of
 * several places; so an outcome is told only where every old text stands exactly once, verbatim.
 */
export function applyEdits(before: string, edits: JsonValue | undefined): EditOutcome {
  if (!isList(edits)) return { note: 'the edits are not a list' };
  if (before.includes('\r\n'))
    return { note: 'the file has CRLF line ends, which an edit rewrites' };
  let text = before;
  for (const [index, edit] of edits.entries()) {
    const next = applyEdit(text, edit);
    if ('note' in next) return { note: `edit ${index + 1}: ${next.note}` };
    text = next.after;
  }
  return { after: text };
}

function applyEdit(text: string, edit: JsonValue): EditOutcome {
  if (!isJsonObject(edit)) return { note: 'it is not an object' };
  const { oldText, newText } = edit;
  if (typeof oldText !== 'string' || typeof newText !== 'string') {
    return { note: 'oldText and newText must be texts' };
  }
  if (oldText === '') return { note: 'its old text is empty' };
  if (oldText.includes('\r') || newText.includes('\r'))
    return { note: 'it holds a carriage return' };
  const at = text.indexOf(oldText);
  if (at < 0) return { note: 'its old text does not stand in the file verbatim' };
  if (text.includes(oldText, at + 1))
    return { note: 'its old text stands in the file several times' };
  return { after: text.slice(0, at) + newText + text.slice(at + oldText.length) };
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
