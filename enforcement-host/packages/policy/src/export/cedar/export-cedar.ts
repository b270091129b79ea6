import { cautionOf, type NormalRule } from '../../normal/normal-form.js';
import { fold } from '../project-field.js';
import { enforcedRules, ruleTest } from '../leaves.js';
import { literal, type Expression } from './expression.js';
import { globsExpression, segmentNeeds, type SegmentNeeds } from './glob-expression.js';
import { testExpression } from './test-expression.js';
import { factType, Vocabulary, type Pattern } from './vocabulary.js';

/** Policies of Cedar by their ids. */
export type CedarPolicies = Readonly<Record<string, string>>;

/** A policy in Cedar, ready to be evaluated, with what to feed it. */
export interface CedarProgram {
  /** One for each rule, and one for each requirement, as `<rule>#<obligation>`. */
  readonly policies: CedarPolicies;
  /** One for each pattern whose globs the policy itself has. */
  readonly patterns: CedarPolicies;
  /** Ids of the rules that permit, by what they permit. */
  readonly stepUp: ReadonlySet<string>;
  readonly vocabulary: Vocabulary;
  readonly segments: SegmentNeeds;
}

/** What a policy is in Cedar, as files to read, to validate and to evaluate elsewhere. */
export interface CedarExport {
  /** Cedar policies: the rules. */
  readonly policies: string;
  /** Cedar schema of both requests. */
  readonly schema: string;
  /** Cedar policies that say which globs a text matches; asked first, once for each text. */
  readonly patterns: string;
}

/**
 * Writes a policy out for Cedar. Cedar cannot ask about every element of a set with a pattern, so
 * globs are asked about first: one request `match` for each text, whose determining policies are the
 * patterns that it matches. The request `call` then has, for each field, the patterns that `any` and
 * that `every` text of it matches.
 *
 * A decision of Cedar with errors is a denial: Cedar itself skips a policy that fails.
 */
export function exportCedar(policy: { readonly normalRules: readonly NormalRule[] }): CedarExport {
  const program = cedarProgram(policy.normalRules);
  return {
    policies: Object.values(program.policies).join('\n\n') + '\n',
    schema: schemaOf(program),
    patterns: patternFile(program),
  };
}

/** The Cedar policies of the rules that are enforced. */
export function cedarProgram(rules: readonly NormalRule[]): CedarProgram {
  const vocabulary = new Vocabulary();
  const enforced = enforcedRules(rules);
  const policies = enforced.flatMap((rule) => rulePolicies(rule, vocabulary));
  const globs = vocabulary.patterns.flatMap(({ globs: own, folded }) => cedarGlobs(own, folded));
  return {
    policies: Object.fromEntries(policies),
    patterns: patternPolicies(vocabulary.patterns.filter(({ globs }) => !('other' in globs))),
    stepUp: new Set(enforced.flatMap(({ id, effect }) => (effect === 'step_up' ? [id] : []))),
    vocabulary,
    segments: segmentNeeds(globs),
  };
}

/** The policies that say which of the given patterns a text matches. */
export function patternPolicies(patterns: readonly Pattern[]): CedarPolicies {
  return Object.fromEntries(
    patterns.map(({ id, globs, folded }) => [
      id,
      patternPolicy(id, cedarGlobs(globs, folded), folded),
    ]),
  );
}

/** A text and its segments, as the request `match` has them. */
export function cedarSubject(
  text: string,
  { heads, tails }: SegmentNeeds,
): Record<string, string | number> {
  const segments = text.split('/');
  const head = Array.from({ length: heads }, (_, at) => [`head${at}`, segments[at] ?? ''] as const);
  const tail = Array.from(
    { length: tails },
    (_, at) => [`tail${at}`, segments.at(-1 - at) ?? ''] as const,
  );
  return Object.fromEntries<string | number>([
    ['text', text],
    ['segments', segments.length],
    ...head,
    ...tail,
  ]);
}

function cedarGlobs(globs: Pattern['globs'], folded: boolean): readonly string[] {
  if ('other' in globs) return [];
  return folded ? globs.map(fold) : globs;
}

function patternPolicy(id: string, globs: readonly string[], folded: boolean): string {
  const lines = globs.map((glob) => {
    const { text, binds } = globsExpression([glob], folded ? 'context.folded' : 'context.exact');
    return binds === 'or' || binds === 'and' ? `(${text})` : text;
  });
  return [
    `@id(${literal(id)})`,
    'permit (principal, action == Action::"match", resource)',
    'when {',
    `  ${lines.join(' ||\n  ')}`,
    '};',
  ].join('\n');
}

function rulePolicies(rule: NormalRule, words: Vocabulary): readonly (readonly [string, string])[] {
  const caution = cautionOf(rule.effect);
  const tests = ruleTest(rule).tests.map((test) => testExpression(test, caution, words));
  const own = [rule.id, rulePolicy(rule, tests)] as const;
  const used = new Map<string, number>();
  const others = rule.requirements.map((requirement) => {
    const { obligation } = requirement;
    const count = (used.get(obligation) ?? 0) + 1;
    used.set(obligation, count);
    const id = `${rule.id}#${obligation}${count === 1 ? '' : `.${count}`}`;
    const met = testExpression(requirement.test, false, words);
    return [id, requirementPolicy(rule, { id, ...requirement, tests, met })] as const;
  });
  return [own, ...others];
}

function rulePolicy({ id, effect, message }: NormalRule, tests: readonly Expression[]): string {
  return [
    comment(message),
    `@id(${literal(id)})`,
    `@effect(${literal(effect)})`,
    effect === 'deny' ? FORBID : PERMIT,
    `${clauses(tests)};`,
  ].join('\n');
}

interface WrittenRequirement {
  readonly id: string;
  readonly obligation: string;
  readonly words: string;
  /** When the rule holds. */
  readonly tests: readonly Expression[];
  readonly met: Expression;
}

function requirementPolicy(
  rule: NormalRule,
  { id, obligation, words, tests, met }: WrittenRequirement,
): string {
  return [
    comment(`rule ${rule.id} requires ${words}`),
    `@id(${literal(id)})`,
    `@rule(${literal(rule.id)})`,
    `@obligation(${literal(obligation)})`,
    FORBID,
    clauses(tests),
    `unless { ${met.text} };`,
  ].join('\n');
}

function clauses(tests: readonly Expression[]): string {
  return tests.map(({ text }) => `when { ${text} }`).join('\n');
}

const PERMIT = 'permit (principal, action == Action::"call", resource)';
const FORBID = 'forbid (principal, action == Action::"call", resource)';

function comment(words: string): string {
  return words
    .split(/[\r\n\u0085\u2028\u2029]+/)
    .map((line) => `// ${line}`)
    .join('\n');
}

function patternFile({ patterns, vocabulary }: CedarProgram): string {
  const given = vocabulary.patterns.flatMap(({ id, globs }) =>
    'other' in globs ? [comment(`${id}: the globs that an action itself brings`)] : [],
  );
  return [...given, ...Object.values(patterns)].map((text) => `${text}\n`).join('\n');
}

function schemaOf({ vocabulary, segments }: CedarProgram): string {
  const fields = [...vocabulary.fields].map(
    ([field, attributes]) => `      ${literal(field)}: ${factType(attributes)},\n`,
  );
  const zones = [...vocabulary.zones].map((zone) => `      ${literal(zone)}?: Zone,\n`);
  const meters = [...vocabulary.meters].map((meter) => `      ${literal(meter)}?: Long,\n`);
  return `// Who acts.
entity Agent;
// What is acted on.
entity Resource;
// Local time: a day of 1 (Monday) to 7, a minute of 0 to 1439.
type Zone = { day: Long, minute: Long };
// A text that is matched, how many segments it has, and some of them.
type Subject = ${subjectType(segments)};

// Whether an action may be done.
action "call" appliesTo {
  principal: [Agent],
  resource: [Resource],
  context: {
    // Facts about fields of the action.
    fields: {
${fields.join('')}    },
    zones: {
${zones.join('')}    },
    // Counts so far, by meter.
    usage: {
${meters.join('')}    },
  },
};

// Which patterns a text matches.
action "match" appliesTo {
  principal: [Agent],
  resource: [Resource],
  context: { exact: Subject, folded: Subject },
};
`;
}

function subjectType({ heads, tails }: SegmentNeeds): string {
  const head = Array.from({ length: heads }, (_, at) => `, head${at}: String`);
  const tail = Array.from({ length: tails }, (_, at) => `, tail${at}: String`);
  return `{ text: String, segments: Long${[...head, ...tail].join('')} }`;
}
