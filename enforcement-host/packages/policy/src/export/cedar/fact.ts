import type { FieldFact } from '../project-field.js';

/** Attributes of a field's fact in Cedar, with their types. */
export const ATTRIBUTES = {
  absent: 'Bool',
  unreadable: 'Bool',
  odd: 'Bool',
  empty: 'Bool',
  onlyTexts: 'Bool',
  onlyNumbers: 'Bool',
  onlyFlags: 'Bool',
  texts: 'Set<String>',
  numbers: 'Set<Long>',
  flags: 'Set<Bool>',
  size: 'Long',
  number: 'Long',
  isNumber: 'Bool',
  statable: 'Bool',
  stated: 'Bool',
  globs: 'Bool',
  foldedGlobs: 'Bool',
  work: 'Long',
  any: 'Set<String>',
  every: 'Set<String>',
} as const;
export type Attribute = keyof typeof ATTRIBUTES;

/** Ids of the patterns that a field's texts match: any of them, and every one. */
export interface MatchedPatterns {
  readonly any: readonly string[];
  readonly every: readonly string[];
}

type AttributeValue = boolean | number | (string | number | boolean)[];

/** Those attributes of a field that a policy set reads. */
export function cedarFact(
  fact: FieldFact,
  attributes: Iterable<Attribute>,
  matched: MatchedPatterns,
): Record<string, AttributeValue> {
  const values = { ...fact, ...onlyFacts(fact), ...matched };
  return Object.fromEntries(
    [...attributes].map((name) => {
      const value = values[name];
      return [name, typeof value === 'object' ? [...value] : value];
    }),
  );
}

function onlyFacts({ odd, texts, numbers, flags }: FieldFact) {
  const has = { texts: texts.length > 0, numbers: numbers.length > 0, flags: flags.length > 0 };
  return {
    empty: !odd && !has.texts && !has.numbers && !has.flags,
    onlyTexts: !odd && !has.numbers && !has.flags,
    onlyNumbers: !odd && !has.texts && !has.flags,
    onlyFlags: !odd && !has.texts && !has.numbers,
  };
}
