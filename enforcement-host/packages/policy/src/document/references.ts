import { globProblem } from '../glob.js';
import { nearest } from '../nearest.js';
import { givenRules, listsOf } from '../presets/lists.js';
import { OPERATORS } from './condition.js';
import { conditionPlaces, conditionsOfRule, type ConditionPlace } from './condition-places.js';
import type { PolicyRule } from './rule.js';
import { listOf, type Scalar } from './text.js';

type Lists = Readonly<Record<string, readonly Scalar[]>>;

type WithLists = Parameters<typeof listsOf>[0];

interface Named extends WithLists {
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly policies: readonly PolicyRule[];
}

interface ReferenceProblem {
  readonly issue:
    'bad-field' | 'bad-glob' | 'no-budget' | 'unknown-role' | 'unknown-rule' | 'too-many';
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Members of lists and roles, and budgets, that all rules of a document name together. */
const MAX_WRITTEN_OUT = 100_000;

/** Lists, roles and rules that rules name and are not there, or that are too much together. */
export function referenceProblems(document: Named): readonly ReferenceProblem[] {
  const lists = listsOf(document);
  const budgets = budgetCounts([...givenRules(document), ...document.policies]);
  const problems = document.policies.flatMap((rule, index) =>
    [
      ...listProblems(rule, lists),
      ...roleProblems(rule, document),
      ...budgetProblems(rule, budgets),
    ].map((problem) => ({ ...problem, path: ['policies', index, ...problem.path] })),
  );
  return problems.length > 0 ? problems : sizeProblems(document, lists, budgets);
}

/** How many budgets each rule has, by its id. */
type BudgetCounts = ReadonlyMap<string, number>;

function budgetCounts(rules: readonly PolicyRule[]): BudgetCounts {
  return new Map(rules.map(({ id, obligations }) => [id, obligations?.budgets?.length ?? 0]));
}

function budgetProblems(rule: PolicyRule, budgets: BudgetCounts): readonly ReferenceProblem[] {
  return conditionsOfRule(rule).flatMap(({ condition: { budgetOf }, path }) => {
    const count = budgetOf === undefined ? 1 : budgets.get(budgetOf);
    if (budgetOf === undefined || (count !== undefined && count > 0)) return [];
    const problem = count === 0 ? noBudget(budgetOf) : unknownRule(budgetOf, budgets);
    return [{ ...problem, path: [...path, 'budgetOf'] }];
  });
}

function noBudget(id: string) {
  const message = `expected a rule with budgets: ${JSON.stringify(id)} has none`;
  return { issue: 'no-budget', message } as const;
}

function unknownRule(id: string, budgets: BudgetCounts) {
  const near = nearest(
    id,
    [...budgets].filter(([, count]) => count > 0).map(([known]) => known),
  );
  const hint = near === undefined ? 'expected the id of a rule with budgets' : didYouMean(near);
  return { issue: 'unknown-rule', message: `unknown rule ${JSON.stringify(id)}: ${hint}` } as const;
}

// A short text must not be able to make a huge policy: names are written out wherever they stand.
function sizeProblems(
  document: Named,
  lists: Lists,
  budgets: BudgetCounts,
): readonly ReferenceProblem[] {
  let total = 0;
  for (const [index, rule] of document.policies.entries()) {
    for (const role of listOf(rule.match.roles ?? [])) total += document.roles[role]?.length ?? 0;
    for (const { field } of fieldsOfRule(rule)) total += listNamed(field, lists)?.length ?? 0;
    for (const id of rulesNamed(rule)) total += budgets.get(id) ?? 0;
    if (total <= MAX_WRITTEN_OUT) continue;
    const message = `expected at most ${MAX_WRITTEN_OUT} members of lists and roles, and budgets, in all rules together`;
    return [{ issue: 'too-many', message, path: ['policies', index] }];
  }
  return [];
}

function rulesNamed(rule: PolicyRule): readonly string[] {
  return conditionsOfRule(rule).flatMap(({ condition: { budgetOf } }) => budgetOf ?? []);
}

function listNamed(field: string, lists: Lists): readonly Scalar[] | undefined {
  const name = field.slice('lists.'.length);
  return field.startsWith('lists.') && Object.hasOwn(lists, name) ? lists[name] : undefined;
}

function listProblems(rule: PolicyRule, lists: Lists): readonly ReferenceProblem[] {
  return fieldsOfRule(rule)
    .filter(({ field }) => field.startsWith('lists.'))
    .flatMap((place) => listProblem(place, lists));
}

function fieldsOfRule(rule: PolicyRule): readonly FieldPlace[] {
  const { fields = {}, budgets = [] } = rule.obligations ?? {};
  const conditions = conditionsOfRule(rule).flatMap(ownFields);
  const limits = Object.entries(fields).flatMap(([field, operators]) => {
    const path = ['obligations', 'fields', field];
    return [{ field, path }, ...conditionPlaces(operators, path).flatMap(ownFields)];
  });
  const summed = budgets.flatMap((budget, at) =>
    (['field', 'currencyField'] as const).flatMap((key) => {
      const field = budget[key];
      return field === undefined ? [] : [{ field, path: ['obligations', 'budgets', at, key] }];
    }),
  );
  return [...conditions, ...limits, ...summed];
}

function listProblem({ field, path }: FieldPlace, lists: Lists): readonly ReferenceProblem[] {
  const name = field.slice('lists.'.length);
  const operator = path.at(-1);
  const list = Object.hasOwn(lists, name) ? lists[name] : undefined;
  if (operator === 'field' || !COMPARED_WITH_LISTS.has(operator)) {
    const message =
      'expected a field of the action here: lists are for equals, matches and the like';
    return [{ issue: 'bad-field', message, path }];
  }
  if (list === undefined) {
    return [{ issue: 'bad-field', message: unknown('list', name, Object.keys(lists)), path }];
  }
  if (operator !== 'matchesField' && operator !== 'allMatchField') return [];
  const problem = list.map((glob) => globProblem(String(glob))).find((each) => each !== undefined);
  return problem === undefined
    ? []
    : [{ issue: 'bad-glob', message: `list "${name}": ${problem}`, path }];
}

const COMPARED_WITH_LISTS: ReadonlySet<string | number | undefined> = new Set([
  'equalsField',
  'notEqualsField',
  'allInField',
  'matchesField',
  'allMatchField',
]);

function roleProblems({ match }: PolicyRule, { roles }: Named): readonly ReferenceProblem[] {
  return listOf(match.roles ?? []).flatMap((role) =>
    Object.hasOwn(roles, role)
      ? []
      : [
          {
            issue: 'unknown-role' as const,
            message: unknown('role', role, Object.keys(roles)),
            path: ['match', 'roles'],
          },
        ],
  );
}

interface FieldPlace {
  readonly field: string;
  readonly path: readonly (string | number)[];
}

/** The fields that a condition itself names. */
function ownFields({ condition, path }: ConditionPlace): readonly FieldPlace[] {
  return (['field', ...OPERATORS] as const).flatMap((key) => {
    const value = condition[key];
    const isField = key === 'field' || key.endsWith('Field');
    return isField && typeof value === 'string' ? [{ field: value, path: [...path, key] }] : [];
  });
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `define it under "${what}s"` : didYouMean(near);
  return `unknown ${what} ${JSON.stringify(name.slice(0, 64))}: ${hint}`;
}

function didYouMean(name: string): string {
  return `did you mean "${name}"?`;
}
