// What would break a line, hide in it or reorder it: controls, line and paragraph separators, soft
// hyphen, zero-width and bidirectional characters, variation selectors, tags, lone surrogates. And
// a backslash that would make what follows look like one of these.
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}]|\\(?=u)/gu;

/** UTF-16 units of one field. */
const MAX_FIELD = 8192;

/**
 * Makes one field of a line-based format of a text that an agent may have written: at most 8,192
 * UTF-16 units, with whatever would break, hide or reorder it written as `\uXXXX`. No two texts of
 * that length come out the same.
 */
export function plainText(text: string): string {
  return text.slice(0, MAX_FIELD).replace(UNSAFE, escapeUnits);
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let n = 0; n < character.length; n++) {
    escaped += `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
