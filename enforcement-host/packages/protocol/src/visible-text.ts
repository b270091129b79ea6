/** A run of text, either plain or one code point that a reader cannot see or that moves what is seen. */
export interface TextRun {
  readonly text: string;
  /** Set for a hidden code point: what to show in its place, such as `U+202E`. */
  readonly hidden?: string;
}

// Cc Cf Cs Co Cn, line and paragraph separators, every space but U+0020, what renders as nothing
// (zero-width, variation selectors, tags, fillers), and the blank Braille pattern.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/**
 * Splits text that someone else wrote so that nothing in it can hide. Joined, the runs' texts are
 * the input. Control characters count as hidden, also tab and line feed: a caller that breaks
 * lines does so before.
 */
export function splitVisible(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) runs.push({ text: text.slice(end, match.index) });
    runs.push({ text: match[0], hidden: codePointName(match[0]) });
    end = match.index + match[0].length;
  }
  if (end < text.length) runs.push({ text: text.slice(end) });
  return runs;
}

/** The same as plain text on one line: `⟨U+202E⟩` stands for each hidden code point. */
export function visibleText(text: string): string {
  return splitVisible(text)
    .map((run) => (run.hidden === undefined ? run.text : `⟨${run.hidden}⟩`))
    .join('');
}

/** `U+` and at least four upper-case hex digits. */
function codePointName(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
