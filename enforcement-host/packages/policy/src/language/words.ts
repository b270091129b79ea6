import type { Scalar } from '../document/text.js';

const MAX_SHOWN = 6;
const PLAIN = /^[^\s`"']+$/;
const LITERAL = /^(?:true|false|null|[-+]?\.?\d.*)$/;

/** A value as code: a text without quotes where it cannot be taken for something else. */
export function code(value: Scalar): string {
  const isPlain = typeof value === 'string' && PLAIN.test(value) && !LITERAL.test(value);
  return `\`${isPlain ? value : JSON.stringify(value).replaceAll('`', '\\u0060')}\``;
}

/** Values as code, joined by a word; a long list is cut short and counted. */
export function codes(values: readonly Scalar[], word: 'and' | 'or'): string {
  return joined(values.map(code), word);
}

/** Words joined by commas and a last word. */
export function joined(words: readonly string[], word: 'and' | 'or'): string {
  if (words.length > MAX_SHOWN) {
    const rest = words.length - MAX_SHOWN + 1;
    return `${words.slice(0, MAX_SHOWN - 1).join(', ')} ${word} ${rest} others`;
  }
  if (words.length < 2) return words[0] ?? 'nothing';
  return `${words.slice(0, -1).join(', ')} ${word} ${words.at(-1) ?? ''}`;
}

const UNITS = [
  [86_400, 'day', 'days'],
  [3600, 'hour', 'hours'],
  [60, 'minute', 'minutes'],
  [1, 'second', 'seconds'],
] as const;

/** Seconds in the largest unit that counts them whole. */
export function duration(seconds: number): string {
  const [size, one, many] = UNITS.find(([unit]) => seconds % unit === 0) ?? UNITS[3];
  const count = seconds / size;
  return `${count} ${count === 1 ? one : many}`;
}

/** `1 rule`, `2 rules`, `2 entries`. */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
