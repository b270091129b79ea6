// A second reading of what `stated_by_human` means, by regular expressions where the evaluator
// walks over characters.
//
//   word  = letter / digit / mark / "_"
//   break = white space / double quote / bracket / comma / semicolon / bar / backtick
//   run   = at most 15 of anything else, in a row
//
// A text stands in a request where a run, or nothing, parts it from a break or an end on both sides,
// and none of  / \ ~ . - +  stands before it.

const BREAK = '[\\s"“”„«»()[\\]{}<>,;|`]';
const RUN = '[^\\p{L}\\p{N}\\p{M}_\\s"“”„«»()[\\]{}<>,;|`]{0,15}';
const ENDS_FREE = new RegExp(`(?:${BREAK}|^)${RUN}$`, 'u');
const BEGINS_FREE = new RegExp(`^${RUN}(?:${BREAK}|$)`, 'u');
/** UTF-16 units on a side that matter: more than the longest run has. */
const REACH = 34;

/** Whether a human's request says a value verbatim. */
export function standsIn(request: string, value: string | number): boolean {
  return typeof value === 'string' ? textStandsIn(request, value) : numberStandsIn(request, value);
}

function textStandsIn(request: string, text: string): boolean {
  if (/^\s*$/.test(text) || !request.includes(text)) return false;
  const literal = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return [...request.matchAll(new RegExp(`(?=${literal})`, 'gu'))].some(
    ({ index }) =>
      !/[/\\~.\-+]$/.test(request.slice(0, index).slice(-1)) &&
      isFree(request, index, index + text.length),
  );
}

function isFree(request: string, start: number, end: number): boolean {
  return (
    ENDS_FREE.test(request.slice(Math.max(0, start - REACH), start)) &&
    BEGINS_FREE.test(request.slice(end, end + REACH))
  );
}

const NUMERAL = /([-−]?)(\d[\d,]*(?:\.\d+)?)/g;
const WRITTEN = /^(?:0|[1-9]\d*|[1-9]\d?\d?(?:,\d\d\d)+)(?:\.(?:\d\d?|\d{4,}))?$/;
const SCALED = /^(?:\s?[%‰]|\s(?:k|m|bn|thousand|hundred|(?:m|b|tr)illion|dozen)\b)/i;

function numberStandsIn(request: string, number: number): boolean {
  return [...request.matchAll(NUMERAL)].some(({ 1: sign = '', 2: token = '', index }) => {
    const numeral = token.replace(/,+$/, '');
    const before = request.slice(0, index);
    const after = request.slice(index + sign.length + numeral.length);
    if (!WRITTEN.test(numeral) || isOtherNumber({ sign, numeral, before, after })) return false;
    if (/[/\\~.+]$/.test(before)) return false;
    if (!isFree(request, index, index + sign.length + numeral.length)) return false;
    return Number(`${sign === '' ? '' : '-'}${numeral.split(',').join('')}`) === number;
  });
}

/** Whether what is around a numeral makes it another number: `5 million`, `1 000`, `10 %`. */
function isOtherNumber(found: {
  readonly sign: string;
  readonly numeral: string;
  readonly before: string;
  readonly after: string;
}): boolean {
  const { sign, numeral, before, after } = found;
  if (SCALED.test(after)) return true;
  if (!/^\d\d?\d?$/.test(numeral)) return false;
  const isLastGroup = sign === '' && /\d[ '’\u00a0\u202f]$/.test(before);
  return isLastGroup || /^[ '’\u00a0\u202f]\d\d\d(?!\d)/.test(after);
}
