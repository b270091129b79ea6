import type { Scalar } from '../../document/text.js';
import { holdsPaths } from '../../field.js';
import type { FieldTest, NormalTest, UsageTest, WindowTest } from '../../normal/normal-form.js';
import {
  and,
  literal,
  negate,
  or,
  relation,
  setOf,
  tight,
  type Expression,
  TRUE,
  FALSE,
} from './expression.js';
import type { Attribute } from './fact.js';
import type { Vocabulary } from './vocabulary.js';

// A leaf that cannot be decided has the value of its caution:
//
//   caution false   decided && value
//   caution true    !decided || value
//
// `value` is false where the field is absent, because then its sets are empty; where that is not
// so, or two fields are read, the absence is asked about.

/** Globs times work that is decided; the same in every engine. */
const MAX_GLOB_WORK = 64_000_000;
// The action's schema bounds these, so that their matching is decided with this many globs.
const SHORT_FIELDS: ReadonlySet<string> = new Set([
  'actor.agent',
  'actor.human',
  'actor.tenant',
  'actor.runtime',
  'intent.task',
  'capability.tool',
  'capability.resource',
  'context.source',
]);
const FEW_GLOBS = MAX_GLOB_WORK / 4100;

/** A test as a Cedar expression. */
export function testExpression(test: NormalTest, caution: boolean, words: Vocabulary): Expression {
  switch (test.op) {
    case 'all':
      return and(test.tests.map((each) => testExpression(each, caution, words)));
    case 'any':
      return or(test.tests.map((each) => testExpression(each, caution, words)));
    case 'not':
      return negate(testExpression(test.test, !caution, words));
    case 'window':
      return windowExpression(test, caution, words);
    case 'usage':
      return usageExpression(test, caution, words);
    default:
      return new FieldWriter(test, caution, words).write();
  }
}

function answer(decided: Expression, value: Expression, caution: boolean): Expression {
  return caution ? or([negate(decided), value]) : and([decided, value]);
}

class FieldWriter {
  readonly #test: FieldTest;
  readonly #caution: boolean;
  readonly #words: Vocabulary;

  constructor(test: FieldTest, caution: boolean, words: Vocabulary) {
    this.#test = test;
    this.#caution = caution;
    this.#words = words;
  }

  write(): Expression {
    const test = this.#test;
    switch (test.op) {
      case 'present':
        return this.#caution
          ? negate(this.#own('absent'))
          : and([negate(this.#own('absent')), negate(this.#own('unreadable'))]);
      case 'is':
      case 'has':
        return this.#answer(this.#comparable(test.scalars), this.#compared(test));
      case 'matches':
        return this.#answer(this.#matchable(test.globs.length), this.#matched(test));
      case 'stated':
        return this.#answer(this.#own('statable'), this.#own('stated'));
      case 'isOther':
      case 'matchesOther':
      case 'atMostOther':
      case 'sizeAtMostOther':
        return this.#withOther(test);
      default:
        return this.#bounded(test);
    }
  }

  #own(attribute: Attribute): Expression {
    return this.#words.attribute(this.#test.field, attribute);
  }

  #answer(decided: Expression, value: Expression): Expression {
    return answer(decided, value, this.#caution);
  }

  #comparable(scalars: readonly Scalar[]): Expression {
    const { texts, numbers, flags } = byType(scalars);
    const [hasTexts, hasNumbers, hasFlags] = [texts, numbers, flags].map(isNotEmpty);
    if (scalars.length === 0) return negate(this.#own('odd'));
    if (!hasNumbers && !hasFlags) return this.#own('onlyTexts');
    if (!hasTexts && !hasFlags) return this.#own('onlyNumbers');
    if (!hasTexts && !hasNumbers) return this.#own('onlyFlags');
    return and([
      negate(this.#own('odd')),
      hasTexts ? TRUE : this.#isEmpty('texts'),
      hasNumbers ? TRUE : this.#isEmpty('numbers'),
      hasFlags ? TRUE : this.#isEmpty('flags'),
    ]);
  }

  #compared(test: Extract<FieldTest, { op: 'is' | 'has' }>): Expression {
    const kinds = Object.entries(byType(test.scalars)) as [Kind, readonly string[]][];
    if (test.op === 'has') return and(kinds.map(([kind, all]) => this.#hasAll(kind, all)));
    if (test.of === 'any') return or(kinds.map(([kind, some]) => this.#hasAny(kind, some)));
    return and([
      negate(this.#own('empty')),
      ...kinds.map(([kind, all]) => this.#within(kind, all)),
    ]);
  }

  #hasAny(kind: Kind, literals: readonly string[]): Expression {
    const [only, ...others] = literals;
    if (only === undefined) return FALSE;
    const { text } = this.#own(kind);
    return tight(
      others.length === 0 ? `${text}.contains(${only})` : `${text}.containsAny(${setOf(literals)})`,
    );
  }

  #hasAll(kind: Kind, literals: readonly string[]): Expression {
    if (literals.length < 2) return literals.length === 0 ? TRUE : this.#hasAny(kind, literals);
    return tight(`${this.#own(kind).text}.containsAll(${setOf(literals)})`);
  }

  #within(kind: Kind, literals: readonly string[]): Expression {
    return literals.length === 0
      ? this.#isEmpty(kind)
      : tight(`${setOf(literals)}.containsAll(${this.#own(kind).text})`);
  }

  #isEmpty(kind: Kind): Expression {
    return tight(`${this.#own(kind).text}.isEmpty()`);
  }

  #matchable(globs: number): Expression {
    const isBounded = SHORT_FIELDS.has(this.#test.field) && globs <= FEW_GLOBS;
    if (isBounded || globs === 0) return this.#own('onlyTexts');
    const most = Math.floor(MAX_GLOB_WORK / globs);
    return and([this.#own('onlyTexts'), relation(`${this.#own('work').text} <= ${most}`)]);
  }

  #matched({ field, of, globs }: Extract<FieldTest, { op: 'matches' }>): Expression {
    const folded = this.#caution && holdsPaths(field);
    if (globs.length === 0) return FALSE;
    if (!folded && globs.every((glob) => !glob.includes('*'))) {
      return this.#compared({ op: 'is', of, field, scalars: globs });
    }
    return this.#matchesPattern(of, this.#words.pattern(field, globs, folded));
  }

  #matchesPattern(of: 'any' | 'every', id: string): Expression {
    return tight(`${this.#own(of).text}.contains(${literal(id)})`);
  }

  #bounded(test: Extract<FieldTest, { op: 'atMost' | 'atLeast' | 'sizeAtMost' }>): Expression {
    if (test.op === 'sizeAtMost') {
      const size = this.#own('size').text;
      const value = relation(`${size} <= ${test.number}`);
      return this.#present(relation(`${size} >= 0`), value);
    }
    const sign = test.op === 'atMost' ? '<=' : '>=';
    const value = relation(`${this.#own('number').text} ${sign} ${test.number}`);
    return this.#present(this.#own('isNumber'), value);
  }

  // An absent field is not decided here, so that only caution needs the question.
  #present(decided: Expression, value: Expression): Expression {
    const known = this.#answer(decided, value);
    return this.#caution ? and([negate(this.#own('absent')), known]) : known;
  }

  #withOther(test: OtherTest): Expression {
    const other = (attribute: Attribute) => this.#words.attribute(test.other, attribute);
    const { decided, value } = this.#compareOther(test, other);
    const bothThere = and([negate(this.#own('absent')), negate(other('absent'))]);
    const known = and([bothThere, this.#answer(decided, value)]);
    return this.#caution ? or([this.#own('unreadable'), known]) : known;
  }

  #compareOther(
    test: OtherTest,
    other: (attribute: Attribute) => Expression,
  ): { readonly decided: Expression; readonly value: Expression } {
    switch (test.op) {
      case 'isOther':
        return { decided: this.#sameTypes(other), value: this.#sharesWith(test.of, other) };
      case 'matchesOther': {
        const folded = this.#caution && holdsPaths(test.field);
        const id = this.#words.pattern(test.field, { other: test.other }, folded);
        const globs = other(folded ? 'foldedGlobs' : 'globs');
        return {
          decided: and([globs, this.#matchable(256)]),
          value: this.#matchesPattern(test.of, id),
        };
      }
      case 'atMostOther': {
        const value = relation(`${this.#own('number').text} <= ${other('number').text}`);
        return { decided: and([this.#own('isNumber'), other('isNumber')]), value };
      }
      case 'sizeAtMostOther': {
        const size = this.#own('size').text;
        const value = relation(`${size} <= ${other('number').text}`);
        return { decided: and([relation(`${size} >= 0`), other('isNumber')]), value };
      }
    }
  }

  #sameTypes(other: (attribute: Attribute) => Expression): Expression {
    const ofType = (kind: Kind) =>
      or([this.#isEmpty(kind), negate(tight(`${other(kind).text}.isEmpty()`))]);
    return and([
      negate(this.#own('odd')),
      negate(other('odd')),
      or([other('empty'), and(KINDS.map(ofType))]),
    ]);
  }

  #sharesWith(of: 'any' | 'every', other: (attribute: Attribute) => Expression): Expression {
    if (of === 'any') {
      return or(
        KINDS.map((kind) => tight(`${this.#own(kind).text}.containsAny(${other(kind).text})`)),
      );
    }
    const within = KINDS.map((kind) =>
      tight(`${other(kind).text}.containsAll(${this.#own(kind).text})`),
    );
    return and([negate(this.#own('empty')), ...within]);
  }
}

type OtherTest = Extract<FieldTest, { readonly other: string }>;

const KINDS = ['texts', 'numbers', 'flags'] as const;
type Kind = (typeof KINDS)[number];

function byType(scalars: readonly Scalar[]): Readonly<Record<Kind, readonly string[]>> {
  return {
    texts: scalars.filter((each) => typeof each === 'string').map(literal),
    numbers: scalars.filter((each) => typeof each === 'number').map((each) => `${each}`),
    flags: scalars.filter((each) => typeof each === 'boolean').map((each) => `${each}`),
  };
}

function isNotEmpty(list: readonly unknown[]): boolean {
  return list.length > 0;
}

function windowExpression(test: WindowTest, caution: boolean, words: Vocabulary): Expression {
  const { timeZone, days, from, to } = test;
  const minute = words.zone(timeZone, 'minute').text;
  const value = and([
    words.zoneKnown(timeZone),
    tight(`${setOf(days.map(String))}.contains(${words.zone(timeZone, 'day').text})`),
    relation(`${minute} >= ${from}`),
    relation(`${minute} < ${to}`),
  ]);
  return caution ? or([negate(words.zoneKnown(timeZone)), value]) : value;
}

// Counts are never negative, and neither is what is added to them.
function usageExpression(
  { meter, max }: UsageTest,
  caution: boolean,
  words: Vocabulary,
): Expression {
  const { id, field } = meter;
  const known = words.meterKnown(id);
  const count = words.meter(id).text;
  if (field === undefined) {
    const value = and([known, relation(`${count} + 1 <= ${max}`)]);
    return caution ? or([negate(known), value]) : value;
  }
  const amount = words.attribute(field, 'number').text;
  const decided = and([known, words.attribute(field, 'isNumber'), relation(`${amount} >= 0`)]);
  const value = and([known, relation(`${count} + ${amount} <= ${max}`)]);
  const there = negate(words.attribute(field, 'absent'));
  return caution ? and([there, or([negate(decided), value])]) : and([decided, value]);
}
