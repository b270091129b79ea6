import { globProblem } from '../glob.js';
import { nearest } from '../nearest.js';
import { listsOf } from '../presets/lists.js';
import { OPERATORS, type Condition } from './condition.js';
import type { PolicyRule } from './rule.js';
import { listOf, type Scalar } from './text.js';

type Lists = Readonly<Record<string, readonly Scalar[]>>;

type WithLists = Parameters<typeof listsOf>[0];

interface Named extends WithLists {
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly policies: readonly PolicyRule[];
}

interface ReferenceProblem {
  readonly issue: 'bad-field' | 'bad-glob' | 'unknown-role' | 'too-many';
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Members of lists and roles that all rules of a document name together, each time anew. */
const MAX_WRITTEN_OUT = 100_000;

/** Lists and roles that rules name and the document does not have, or that are too much together. */
export function referenceProblems(document: Named): readonly ReferenceProblem[] {
  const lists = listsOf(document);
  const problems = document.policies.flatMap((rule, index) =>
    [...listProblems(rule, lists), ...roleProblems(rule, document)].map((problem) => ({
      ...problem,
      path: ['policies', index, ...problem.path],
    })),
  );
  return problems.length > 0 ? problems : sizeProblems(document, lists);
}

// A short text must not be able to make a huge policy: names are written out wherever they stand.
function sizeProblems(document: Named, lists: Lists): readonly ReferenceProblem[] {
  let total = 0;
  for (const [index, rule] of document.policies.entries()) {
    for (const role of listOf(rule.match.roles ?? [])) total += document.roles[role]?.length ?? 0;
    for (const { field } of fieldsOfRule(rule)) total += listNamed(field, lists)?.length ?? 0;
    if (total <= MAX_WRITTEN_OUT) continue;
    const message = `expected at most ${MAX_WRITTEN_OUT} members of lists and roles in all rules together`;
    return [{ issue: 'too-many', message, path: ['policies', index] }];
  }
  return [];
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

function fieldsOfRule({ when = [], obligations = {} }: PolicyRule): readonly FieldPlace[] {
  const { fields = {}, budgets = [] } = obligations;
  const conditions = when.flatMap((condition, at) => fieldsOf(condition, ['when', at]));
  const limits = Object.entries(fields).flatMap(([field, operators]) => {
    const path = ['obligations', 'fields', field];
    return [{ field, path }, ...fieldsOf(operators, path)];
  });
  const summed = budgets.map(({ field }, at) => ({
    field,
    path: ['obligations', 'budgets', at, 'field'],
  }));
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

/** Every field that a condition names, with its place below `path`. */
function fieldsOf(condition: Condition, path: FieldPlace['path']): readonly FieldPlace[] {
  const own = (['field', ...OPERATORS] as const).flatMap((key) => {
    const value = condition[key];
    const isField = key === 'field' || key.endsWith('Field');
    return isField && typeof value === 'string' ? [{ field: value, path: [...path, key] }] : [];
  });
  const inner = (['any', 'all'] as const).flatMap((key) =>
    (condition[key] ?? []).flatMap((each, at) => fieldsOf(each, [...path, key, at])),
  );
  return condition.not === undefined
    ? [...own, ...inner]
    : [...own, ...inner, ...fieldsOf(condition.not, [...path, 'not'])];
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `define it under "${what}s"` : `did you mean "${near}"?`;
  return `unknown ${what} ${JSON.stringify(name.slice(0, 64))}: ${hint}`;
}
