/** A text to be found without regard to case. */
export interface TextPattern {
  /**
   * Finds where it may be in JSON of RFC 8785 that was read as Latin-1: one character a byte.
   * Never misses it; may also find it across what is no value.
   */
  readonly inBytes: RegExp;
  /** Whether a text or a number within a value contains it. */
  isIn(value: unknown): boolean;
}

/**
 * Letters of any script match their upper and lower case where that is one letter: `ä` finds `Ä`,
 * `ß` does not find `SS`. Nothing else is folded, not even equivalent forms: `é` as one character
 * does not find `e` with an accent.
 */
export function textPattern(text: string): TextPattern {
  const characters = Array.from(text.toWellFormed(), caseVariants);
  const inBytes = characters.map((variants) => oneOf(variants.map(jsonBytes)));
  const inText = new RegExp(characters.map(oneOf).join(''), 'u');
  return {
    inBytes: new RegExp(inBytes.join(''), 'g'),
    isIn: (value) => hasText(value, inText),
  };
}

function caseVariants(character: string): readonly string[] {
  const variants = [character, character.toLowerCase(), character.toUpperCase()];
  return [...new Set(variants)].filter((variant) => Array.from(variant).length === 1);
}

// RFC 8785 section 3.2.2.2 escapes what JSON.stringify escapes in well-formed text.
function jsonBytes(character: string): string {
  const escaped = JSON.stringify(character).slice(1, -1);
  return Buffer.from(escaped).toString('latin1');
}

function oneOf(variants: readonly string[]): string {
  const [only = '', ...others] = variants.map((variant) => variant.replace(SYNTAX, '\\$&'));
  if (others.length === 0) return only;
  const all = [only, ...others];
  // A class is found much faster than alternatives.
  return all.every((one) => one.length === 1) ? `[${all.join('')}]` : `(?:${all.join('|')})`;
}

const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;

function hasText(value: unknown, pattern: RegExp): boolean {
  if (typeof value === 'string') return pattern.test(value);
  if (typeof value === 'number') return pattern.test(String(value));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => hasText(member, pattern));
}
