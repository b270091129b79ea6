/** The grammar of globs, followed naively. */
export function matchesGlob(glob: string, text: string): boolean {
  return matchesSegments(glob.split('/'), text.split('/'));
}

function matchesSegments(glob: readonly string[], text: readonly string[]): boolean {
  const [first, ...others] = glob;
  if (first === undefined) return text.length === 0;
  const [segment, ...rest] = text;
  if (first !== '**') {
    return segment !== undefined && matchesName(first, segment) && matchesSegments(others, rest);
  }
  if (others.length === 0) return text.length > 0;
  return matchesSegments(others, text) || (segment !== undefined && matchesSegments(glob, rest));
}

function matchesName(glob: string, name: string): boolean {
  if (glob === '') return name === '';
  if (!glob.startsWith('*')) {
    return name.startsWith(glob.slice(0, 1)) && matchesName(glob.slice(1), name.slice(1));
  }
  const rest = glob.slice(1);
  for (let at = 0; at <= name.length; at++) if (matchesName(rest, name.slice(at))) return true;
  return false;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;
const BREAKS = '"“”„«»()[]{}<>,;|`';

/** Whether a value stands verbatim, as a whole, in what a human wrote. */
export function standsIn(request: string, value: string | number): boolean {
  return typeof value === 'number' ? numberStands(request, value) : textStands(request, value);
}

function textStands(request: string, text: string): boolean {
  if (text.trim() === '') return false;
  for (let at = 0; at + text.length <= request.length; at++) {
    if (!request.startsWith(text, at)) continue;
    const before = Array.from(request.slice(0, at)).reverse();
    const after = Array.from(request.slice(at + text.length));
    const isLed = before[0] !== undefined && '/\\~.-+'.includes(before[0]);
    if (!isLed && ends(before) && ends(after)) return true;
  }
  return false;
}

/** Characters of one side, the nearest first: none goes on with the word. */
function ends(side: readonly string[]): boolean {
  for (const char of side.slice(0, 16)) {
    if (/\s/.test(char) || BREAKS.includes(char)) return true;
    if (WORD.test(char)) return false;
  }
  return side.length < 16;
}

const GROUPING = " '’\u00a0\u202f";
const SCALES = ['k', 'm', 'bn', 'thousand', 'hundred', 'million', 'billion', 'trillion', 'dozen'];

function numberStands(request: string, number: number): boolean {
  for (let at = 0; at < request.length; at++) {
    const [token] = /^[0-9][0-9,]*(?:\.[0-9]+)?/.exec(request.slice(at)) ?? [];
    if (token === undefined) continue;
    const numeral = token.replace(/,+$/, '');
    if (says(request, { at, numeral }, number)) return true;
    at += token.length - 1;
  }
  return false;
}

interface Numeral {
  readonly at: number;
  readonly numeral: string;
}

function says(request: string, { at, numeral }: Numeral, number: number): boolean {
  const [whole = '', fraction] = numeral.split('.');
  const isNegative = at > 0 && '-−'.includes(request.charAt(at - 1));
  const before = request.slice(0, isNegative ? at - 1 : at);
  const after = request.slice(at + numeral.length);
  if (!isWritten(whole, fraction) || isScaled(after)) return false;
  const isShort = /^[0-9]{1,3}$/.test(numeral);
  if (isShort && isPartOfMore(isNegative ? '' : before, after)) return false;
  if (!isFree(before, after)) return false;
  const value = Number(numeral.split(',').join(''));
  return (isNegative ? -value : value) === number;
}

function isWritten(whole: string, fraction: string | undefined): boolean {
  const groups = whole.split(',');
  const isGrouped = groups.length === 1 || groups.every((each, index) => isGroup(each, index));
  const isLeadingZero = whole.length > 1 && whole.startsWith('0');
  return isGrouped && !isLeadingZero && fraction?.length !== 3;
}

function isFree(before: string, after: string): boolean {
  if (before !== '' && '/\\~.+'.includes(before.slice(-1))) return false;
  return ends(Array.from(before).reverse()) && ends(Array.from(after));
}

function isGroup(digits: string, index: number): boolean {
  return index === 0 ? digits.length >= 1 && digits.length <= 3 : digits.length === 3;
}

function isPartOfMore(before: string, after: string): boolean {
  return isGroupBefore(before) || isGroupAfter(after);
}

function isGroupAfter(after: string): boolean {
  return GROUPING.includes(after.charAt(0) || 'x') && /^.[0-9]{3}([^0-9]|$)/s.test(after);
}

function isGroupBefore(before: string): boolean {
  return GROUPING.includes(before.slice(-1) || 'x') && /[0-9].$/s.test(before);
}

function isScaled(after: string): boolean {
  if (/^\s?[%‰]/.test(after)) return true;
  const [word = ''] = /^[A-Za-z0-9_]+/.exec(after.slice(1)) ?? [];
  return /^\s/.test(after) && SCALES.includes(word.toLowerCase());
}
