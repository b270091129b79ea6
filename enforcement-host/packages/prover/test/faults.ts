import type { NormalRule, NormalTest, Projection } from '@axtary/policy';

import type { Asked, Fault } from './engines.js';

type Field = Projection['fields'][string];

/** A fault that somebody could make, and the engines that are asked with it. */
export interface SeededFault {
  readonly name: string;
  readonly asked: Asked;
}

/** Faults in the translation of rules, in either export. */
const RULE_FAULTS: Readonly<Record<string, Fault>> = {
  'any and every swapped': {
    rules: eachTest((test) =>
      'of' in test ? { ...test, of: test.of === 'any' ? 'every' : 'any' } : test,
    ),
  },
  'a negation dropped': { rules: eachTest((test) => (test.op === 'not' ? test.test : test)) },
  'all and any swapped': {
    rules: eachTest((test) =>
      test.op === 'any'
        ? { ...test, op: 'all' }
        : test.op === 'all'
          ? { ...test, op: 'any' }
          : test,
    ),
  },
  'an upper bound that is exclusive': {
    rules: eachTest((test) =>
      test.op === 'atMost' || test.op === 'sizeAtMost'
        ? { ...test, number: test.number - 1 }
        : test,
    ),
  },
  'a lower bound that is exclusive': {
    rules: eachTest((test) =>
      test.op === 'atLeast' ? { ...test, number: test.number + 1 } : test,
    ),
  },
  'a window that is open a minute longer': {
    rules: eachTest((test) => (test.op === 'window' ? { ...test, to: test.to + 1 } : test)),
  },
  'a window that opens a minute late': {
    rules: eachTest((test) => (test.op === 'window' ? { ...test, from: test.from + 1 } : test)),
  },
  'the last glob of a list forgotten': {
    rules: eachTest((test) =>
      test.op === 'matches' ? { ...test, globs: test.globs.slice(0, -1) } : test,
    ),
  },
  'one of several scalars is enough': {
    rules: eachTest((test) => (test.op === 'has' ? { ...test, op: 'is', of: 'any' } : test)),
  },
  'requirements skipped': {
    rules: (rules) => rules.map((rule) => ({ ...rule, requirements: [] })),
  },
  'requirements of rules that ask skipped': {
    rules: (rules) =>
      rules.map((rule) => (rule.effect === 'step_up' ? { ...rule, requirements: [] } : rule)),
  },
  'rules that are tried out enforced': {
    rules: (rules) => rules.map((rule) => ({ ...rule, shadow: false })),
  },
  'conditions of a rule forgotten': {
    rules: (rules) => rules.map((rule) => ({ ...rule, when: [] })),
  },
};

/** Faults in the translation of budgets and of shares of them. */
const BUDGET_FAULTS: Readonly<Record<string, Fault>> = {
  'a currency ignored': {
    rules: eachTest((test) => (isCurrencyTest(test) ? { op: 'all', tests: [] } : test)),
  },
  'a currency ignored where a share is asked about': {
    rules: eachCondition((test) => (isCurrencyTest(test) ? { op: 'all', tests: [] } : test)),
  },
  'a share that is used from its edge on': {
    rules: eachCondition((test) => (test.op === 'usage' ? { ...test, max: test.max - 1 } : test)),
  },
  'a share that is rounded up': {
    rules: eachCondition((test) => (test.op === 'usage' ? { ...test, max: test.max + 1 } : test)),
  },
  'a share of another meter': {
    rules: eachCondition((test) =>
      test.op === 'usage'
        ? { ...test, meter: { ...test.meter, id: test.meter.id.replace(/^[^.]+/, 'odd') } }
        : test,
    ),
  },
  'a share of the first budget only': {
    rules: eachCondition((test) =>
      'share' in test ? { ...test, tests: test.tests.slice(0, 1) } : test,
    ),
  },
  'a share that is over where all budgets are': {
    rules: eachCondition((test) => ('share' in test ? { op: 'all', tests: test.tests } : test)),
  },
};

/** Faults in what the engines are told. */
const PROJECTION_FAULTS: Readonly<Record<string, Fault>> = {
  'odd elements ignored': eachField((fact) => ({ ...fact, odd: false })),
  'a blocked field taken for absent': eachField((fact) =>
    fact.unreadable ? { ...fact, unreadable: false, absent: true, odd: false } : fact,
  ),
  'an absent field taken for present': eachField((fact) => ({ ...fact, absent: false })),
  'the size of a text in characters': eachField((fact) =>
    fact.texts.length === 1 ? { ...fact, size: Array.from(fact.texts[0] ?? '').length } : fact,
  ),
  'a text without a size': eachField((fact) => ({ ...fact, size: fact.isNumber ? 0 : fact.size })),
  'anything a human could have said taken for said': eachField((fact) => ({
    ...fact,
    stated: fact.statable,
  })),
  'anything taken for statable': eachField((fact) => ({ ...fact, statable: true })),
  'only the first element read': eachField((fact) => ({ ...fact, texts: fact.texts.slice(0, 1) })),
  'any text taken for a glob': eachField((fact) => ({ ...fact, globs: true, foldedGlobs: true })),
  'a number taken for zero': eachField((fact) => ({ ...fact, number: 0 })),
  'a day too early': {
    projection: (projection) => ({
      ...projection,
      zones: Object.fromEntries(
        Object.entries(projection.zones).map(([zone, { day, minute }]) => [
          zone,
          { day: day === 1 ? 7 : day - 1, minute },
        ]),
      ),
    }),
  },
  'a count too low': {
    projection: (projection) => ({
      ...projection,
      usage: Object.fromEntries(
        Object.entries(projection.usage).map(([meter, count]) => [meter, count - 1]),
      ),
    }),
  },
};

/** Faults in the Cedar text. */
const CEDAR_FAULTS: Readonly<Record<string, Fault>> = {
  'an approval taken for a permission': {
    cedar: (program) => ({ ...program, stepUp: new Set() }),
  },
  'a denial taken for a permission': inPolicies(/^forbid/gm, 'permit'),
  'a requirement that forbids what meets it': inPolicies(/^unless/gm, 'when'),
  'an empty list counted as every': inPolicies(/!context\.fields\["[^"]*"\]\.empty && /g, ''),
  'caution forgotten where types differ': inPolicies(
    /!context\.fields\["[^"]*"\]\.only(Texts|Numbers|Flags) \|\| /g,
    '',
  ),
  'less taken for at most': inPolicies(/ <= /g, ' < '),
  'a star that crosses slashes': inPatterns(/context\.\w+\.segments == \d+ && /g, ''),
  'a tail that may overlap the head': inPatterns(/context\.\w+\.segments >= \d+ && /g, ''),
  'a pattern that is compared exactly': inPatterns(/context\.folded/g, 'context.exact'),
  'a pattern that forgets the first segment': inPatterns(
    /context\.\w+\.text == "[^"]*" \|\| /g,
    '',
  ),
};

/** Faults in the Rego data. */
const REGO_FAULTS: Readonly<Record<string, Fault>> = {
  'caution forgotten': inData(/"caution":true/g, '"caution":false'),
  'caution everywhere': inData(/"caution":false/g, '"caution":true'),
  'a sign forgotten': inData(/"negated":true/g, '"negated":false'),
  'case compared': inData(/"folded":true/g, '"folded":false'),
  'denials and requests for an approval swapped': inData(/"(deny|step_up)"/g, (effect) =>
    effect === '"deny"' ? '"step_up"' : '"deny"',
  ),
  'a double star that is at least one segment': inData(/\(\?:\.\*\/\)\?/g, '.*/'),
  'a star that crosses slashes': inData(/\[\^\/\]\*/g, '.*'),
  'a pattern without anchor': inData(/\)\$"/g, ')"'),
};

export const SEEDED_FAULTS: readonly SeededFault[] = [
  ...named('cedar', RULE_FAULTS),
  ...named('rego', RULE_FAULTS),
  ...named('cedar', BUDGET_FAULTS),
  ...named('rego', BUDGET_FAULTS),
  ...named('cedar', PROJECTION_FAULTS),
  ...named('rego', PROJECTION_FAULTS),
  ...named('cedar', CEDAR_FAULTS),
  ...named('rego', REGO_FAULTS),
];

function named(
  engine: 'cedar' | 'rego',
  faults: Readonly<Record<string, Fault>>,
): readonly SeededFault[] {
  return Object.entries(faults).map(([name, fault]) => ({
    name: `${engine}: ${name}`,
    asked: { [engine]: fault },
  }));
}

type Change = (test: NormalTest) => NormalTest;

function isCurrencyTest(test: NormalTest): boolean {
  return test.op === 'is' && test.scalars.includes('EUR');
}

/** Changes a test and all that it is made of. */
function inside(test: NormalTest, change: Change): NormalTest {
  if (test.op === 'all' || test.op === 'any') {
    return change({ ...test, tests: test.tests.map((each) => inside(each, change)) });
  }
  return change(test.op === 'not' ? { ...test, test: inside(test.test, change) } : test);
}

function eachCondition(change: Change): NonNullable<Fault['rules']> {
  return (rules) =>
    rules.map((rule) => ({ ...rule, when: rule.when.map((test) => inside(test, change)) }));
}

function eachTest(change: Change): NonNullable<Fault['rules']> {
  const deep = (test: NormalTest): NormalTest => inside(test, change);
  const changed = (rule: NormalRule): NormalRule => ({
    ...rule,
    match: rule.match.map(deep),
    when: rule.when.map(deep),
    requirements: rule.requirements.map((each) => ({ ...each, test: deep(each.test) })),
  });
  return (rules) => rules.map(changed);
}

function eachField(change: (fact: Field) => Field): Fault {
  return {
    projection: (projection) => ({
      ...projection,
      fields: Object.fromEntries(
        Object.entries(projection.fields).map(([field, fact]) => [field, change(fact)]),
      ),
    }),
  };
}

type Replacement = string | ((found: string) => string);

function inPolicies(found: RegExp, replacement: string): Fault {
  return {
    cedar: (program) => ({ ...program, policies: inTexts(program.policies, found, replacement) }),
  };
}

function inPatterns(found: RegExp, replacement: string): Fault {
  return {
    cedar: (program) => ({ ...program, patterns: inTexts(program.patterns, found, replacement) }),
  };
}

function inTexts(
  texts: Readonly<Record<string, string>>,
  found: RegExp,
  replacement: string,
): Readonly<Record<string, string>> {
  const changed = Object.entries(texts).map(([id, text]) => [id, text.replace(found, replacement)]);
  return Object.fromEntries(changed) as Readonly<Record<string, string>>;
}

function inData(found: RegExp, replacement: Replacement): Fault {
  return {
    rego: (program) => {
      const text = JSON.stringify(program.data);
      const changed =
        typeof replacement === 'string'
          ? text.replace(found, replacement)
          : text.replace(found, replacement);
      return { ...program, data: JSON.parse(changed) as typeof program.data };
    },
  };
}
