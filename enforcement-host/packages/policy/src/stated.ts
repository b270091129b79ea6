// What counts as said by a human, verbatim:
//
// A text is stated where it occurs in the request as a whole. On either side stands nothing, white
// space, a bracket, a double quote, a comma or the like; or punctuation that does not lead on to a
// letter, a digit or `_`. Before it, none of  / \ ~ . - +  stands at once. So `example.com` is not
// stated by `example.com.au`, `www.example.com` or `example.com/?x`, nor `etc` by `/etc`.
//
// A number is stated where a numeral of the request has its value: `1100` by `1,100`, `98.7` by
// `98.70`, `-5` by `-5`. A numeral is delimited as a text is. One that may mean another number is
// none: `1.000`, `1 000`, `1'000`, `007`, `5 million`, `5 k`, `10%`.

/** More elements than a human can have stated; longer lists are not decided. */
export const MAX_STATED = 1000;

const WORD = /[\p{L}\p{N}\p{M}_]/u;
const SPACE = /\s/;
const DELIMITER = /["“”„«»()[\]{}<>,;|`]/;
const LEADING = /[/\\~.+-]/;
/** Punctuation in a row that is looked through for what it leads to. */
const MAX_RUN = 16;

/** Whether a text or a finite number stands verbatim in the request of a human. */
export function isStated(value: string | number, request: string): boolean {
  return typeof value === 'number' ? isNumberStated(value, request) : isTextStated(value, request);
}

function isTextStated(text: string, request: string): boolean {
  if (text.trim() === '') return false;
  for (let at = request.indexOf(text); at !== -1; at = request.indexOf(text, at + 1)) {
    const end = at + text.length;
    if (!LEADING.test(request.charAt(at - 1)) && isWhole(request, at, end)) return true;
  }
  return false;
}

function isWhole(request: string, start: number, end: number): boolean {
  return !leadsOn(request, start, charBefore) && !leadsOn(request, end, charAfter);
}

type Neighbour = (text: string, index: number) => string;

// Whether a word goes on beyond a border: at once, or behind punctuation without a break.
function leadsOn(request: string, border: number, next: Neighbour): boolean {
  const step = next === charAfter ? 1 : -1;
  let at = border;
  for (let run = 0; run < MAX_RUN; run++) {
    const char = next(request, at);
    if (char === '' || SPACE.test(char) || DELIMITER.test(char)) return false;
    if (WORD.test(char)) return true;
    at += step * char.length;
  }
  return true;
}

function charAfter(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function charBefore(text: string, index: number): string {
  if (index <= 0) return '';
  const unit = text.charCodeAt(index - 1);
  const isLow = unit >= 0xdc00 && unit <= 0xdfff;
  return charAfter(text, isLow && index > 1 ? index - 2 : index - 1);
}

const NUMERAL = /\d[\d,]*(?:\.\d+)?/g;
const PLAIN = /^(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?$/;
const THOUSANDTHS = /\.\d{3}$/;
const SHORT = /^\d{1,3}$/;
const GROUP_BEFORE = /\d[ '’\u00a0\u202f]$/;
const GROUP_AFTER = /^[ '’\u00a0\u202f]\d{3}(?!\d)/;
const SCALED = /^(?:\s?[%‰]|\s(?:k|m|bn|thousand|hundred|million|billion|trillion|dozen)\b)/i;
/** UTF-16 units after a numeral that may change what it means. */
const REACH = 12;

function isNumberStated(number: number, request: string): boolean {
  for (const { 0: found, index } of request.matchAll(NUMERAL)) {
    const numeral = found.replace(/,+$/, '');
    const isNegative = isMinus(request, index);
    const start = isNegative ? index - 1 : index;
    if (!isPlain(numeral, request, { start: index, end: index + numeral.length })) continue;
    if (/[/\\~.+]/.test(request.charAt(start - 1))) continue;
    if (!isWhole(request, start, index + numeral.length)) continue;
    const value = Number(numeral.replaceAll(',', ''));
    if ((isNegative ? -value : value) === number) return true;
  }
  return false;
}

function isMinus(request: string, index: number): boolean {
  return /[-−]/.test(request.charAt(index - 1));
}

function isPlain(
  numeral: string,
  request: string,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  if (!PLAIN.test(numeral) || THOUSANDTHS.test(numeral)) return false;
  const before = request.slice(Math.max(0, start - 2), start);
  const after = request.slice(end, end + REACH);
  if (SCALED.test(after)) return false;
  return !SHORT.test(numeral) || !(GROUP_BEFORE.test(before) || GROUP_AFTER.test(after));
}
