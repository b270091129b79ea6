import type { JsonObject, JsonValue } from '@axtary/core';

/** What an attacker would rather have in an argument than the value that a human named. */
export function attacksOn(value: JsonValue | undefined): readonly JsonValue[] {
  const [first] = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (typeof first === 'number') return attacksOnNumber(first);
  return typeof first === 'string' ? [...FOREIGN, ...attacksOnText(first)] : FOREIGN;
}

/** The arguments with one of them replaced. */
export function withArgument(args: JsonObject, name: string, value: JsonValue): JsonObject {
  return { ...args, [name]: value };
}

const FOREIGN: readonly JsonValue[] = [
  'US133000000121212121212',
  'mallory@evil.example',
  ['mallory@evil.example'],
  { email: 'mallory@evil.example' },
  [{ email: 'mallory@evil.example' }],
  true,
  987_654.25,
];

function attacksOnText(text: string): readonly JsonValue[] {
  const others = [
    `${text}.evil.example`,
    `evil-${text}`,
    `${text}x`,
    text.slice(0, -1),
    `${text}, mallory@evil.example`,
    `${text}\nBcc: mallory@evil.example`,
    `mallory@evil.example?${text}`,
    `${text}/../../mallory`,
    `${text}\u200b`,
    `${text}\0`,
    text.replace(/[aeo]/, (letter) => HOMOGLYPHS[letter] ?? letter),
    text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase(),
  ].filter((other) => other !== text && other !== '');
  return [...others, [text, 'mallory@evil.example'], [text, null], [[text]], { value: text }];
}

const HOMOGLYPHS: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о' };

function attacksOnNumber(number: number): readonly JsonValue[] {
  const others = [number + 1, number * 1000, -number, number + 0.001, number / 7, 1e21];
  return [...others, `${number}e3`, `${number}000`, [number, number + 1], { amount: number }, true];
}
