import { compileGlob, globProblem } from '../glob.js';
import { code, codes, joined } from './words.js';

/** What a glob matches, in words and by examples. */
export function globWords(glob: string): string {
  const problem = globProblem(glob);
  if (problem !== undefined) return `Not a glob: ${problem}.`;
  if (!glob.includes('*')) return `Matches ${code(glob)} and nothing else.`;
  const matches = compileGlob(glob);
  const candidates = [...new Set([...fill(glob, FITTING), ...fill(glob, OTHER)])];
  const fitting = candidates.filter(matches).slice(0, 3);
  const others = candidates.filter((text) => !matches(text)).slice(0, 2);
  const parts = [
    ...(fitting.length === 0 ? [] : [`Matches ${codes(fitting, 'and')}.`]),
    ...(others.length === 0 ? [] : [`Does not match ${codes(others, 'or')}.`]),
    joined(
      STARS.filter(([star]) => star.test(glob)).map(([, words]) => words),
      'and',
    ),
  ];
  return `${parts.join(' ')}.`;
}

const STARS = [
  [/(?:^|[^*])\*(?!\*)/, '`*` stands for any run of characters inside one segment'],
  [/\*\*/, '`**` for any number of segments'],
] as const;

// What the stars are filled with: `**/` may be nothing, a last `**` is at least one segment.
const FITTING = [
  { star: 'x', between: '', last: 'file.ts' },
  { star: '', between: 'a/', last: 'a/file.ts' },
  { star: 'name', between: 'a/b/', last: '.env' },
];
const OTHER = [
  { star: 'x/y', between: '', last: '' },
  { star: 'x', between: 'other-', last: '' },
];

function fill(glob: string, fillings: typeof FITTING): readonly string[] {
  return fillings.map(({ star, between, last }) =>
    glob
      .replace(/(^|\/)\*\*$/, (_, before: string) => `${before}${last}`)
      .replaceAll('**/', between)
      .replaceAll('*', star)
      .replace(/\/$/, ''),
  );
}
