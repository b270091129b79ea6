/** A Cedar expression, with how tightly it binds. */
export interface Expression {
  readonly text: string;
  readonly binds: 'tight' | 'and' | 'or' | 'relation';
  /** Where the expression is a negation: of what. */
  readonly negated?: Expression;
}

export const TRUE: Expression = { text: 'true', binds: 'tight' };
export const FALSE: Expression = { text: 'false', binds: 'tight' };

export function tight(text: string): Expression {
  return { text, binds: 'tight' };
}

export function relation(text: string): Expression {
  return { text, binds: 'relation' };
}

export function and(parts: readonly Expression[]): Expression {
  return join(parts, { name: 'and', sign: '&&', neutral: TRUE, final: FALSE });
}

export function or(parts: readonly Expression[]): Expression {
  return join(parts, { name: 'or', sign: '||', neutral: FALSE, final: TRUE });
}

/** A negation, without one of a negation: Cedar refuses more than four in a row. */
export function negate(expression: Expression): Expression {
  const { text, binds, negated } = expression;
  if (negated !== undefined) return negated;
  if (expression === TRUE) return FALSE;
  if (expression === FALSE) return TRUE;
  return { ...tight(binds === 'tight' ? `!${text}` : `!(${text})`), negated: expression };
}

/** A Cedar string literal. */
export function literal(text: string): string {
  return `"${escape(text)}"`;
}

/** A Cedar pattern: texts with anything between two of them, slashes too. */
export function pattern(texts: readonly string[]): string {
  return `"${texts.map((text) => escape(text).replaceAll('*', '\\*')).join('*')}"`;
}

export function setOf(literals: readonly string[]): string {
  return `[${literals.join(', ')}]`;
}

interface Joint {
  readonly name: 'and' | 'or';
  readonly sign: string;
  readonly neutral: Expression;
  readonly final: Expression;
}

function join(parts: readonly Expression[], { name, sign, neutral, final }: Joint): Expression {
  const kept = parts.filter((part) => part !== neutral);
  if (kept.includes(final)) return final;
  const [first, ...others] = kept;
  if (first === undefined) return neutral;
  if (others.length === 0) return first;
  const texts = kept.map((part) => (needsParentheses(part, name) ? `(${part.text})` : part.text));
  return { text: texts.join(` ${sign} `), binds: name };
}

function needsParentheses({ binds }: Expression, inside: 'and' | 'or'): boolean {
  return binds !== inside && (binds === 'or' || (binds === 'and' && inside === 'or'));
}

// Everything that is not printable ASCII or a letter of some script is written by its number.
function escape(text: string): string {
  return text.replace(/["\\]|[^\p{L}\p{N}\p{P}\p{S} ]/gu, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\u{${character.codePointAt(0)?.toString(16) ?? '0'}}`,
  );
}
