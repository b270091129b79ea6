import type { PolicyRule } from '../document/rule.js';
import { listOf } from '../document/text.js';
import { conjunctionsOf, type Conjunction, type FieldConjunct } from './conjuncts.js';
import { exclusionOf, facetsOf, type Facets } from './facets.js';
import type { Finding } from './finding.js';
import { areApart } from './windows.js';

/** What the rules of a document refer to. */
interface Names {
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly lists: Readonly<Record<string, readonly unknown[]>>;
}

/** Conditions of one rule that leave it nothing to hold for. Paths are below the rule. */
export function contradictionsIn(rule: PolicyRule, names: Names): readonly Finding[] {
  return [
    ...conjunctionsOf(rule).flatMap((conjunction) => [
      ...fieldContradictions(conjunction),
      ...windowContradictions(conjunction, rule),
    ]),
    ...emptyNames(rule, names),
  ];
}

const MAX_PER_FIELD = 24;

function fieldContradictions({ fields }: Conjunction): readonly Finding[] {
  const byField = new Map<string, Placed[]>();
  const findings: Finding[] = [];
  for (const conjunct of fields) {
    const placed = { ...conjunct, facets: facetsOf(conjunct.condition) };
    const others = byField.get(conjunct.field) ?? [];
    byField.set(conjunct.field, others);
    const finding = firstContradiction(placed, others);
    if (finding !== undefined) findings.push(finding);
    if (others.length < MAX_PER_FIELD) others.push(placed);
  }
  return findings;
}

interface Placed extends FieldConjunct {
  readonly facets: Facets;
}

function firstContradiction(
  { field, facets, operator, path }: Placed,
  others: readonly Placed[],
): Finding | undefined {
  for (const other of others) {
    const exclusion = exclusionOf(field, facets, other.facets);
    if (exclusion === undefined) continue;
    const both = `"${operator}" here and "${other.operator}" at ${placeOf(other)}`;
    const isNever = exclusion === 'always' || isOneValue(field);
    const code = 'never-matches';
    return isNever
      ? { code, severity: 'warning', message: `never holds: no value passes both ${both}`, path }
      : {
          code,
          severity: 'info',
          message: `holds for lists only: no single value passes both ${both}`,
          path,
        };
  }
  return undefined;
}

function placeOf({ path }: Placed): string {
  return path.map((part) => (typeof part === 'number' ? part + 1 : part)).join(' ');
}

// Fields whose shape says that they hold one text.
function isOneValue(field: string): boolean {
  return /^(?:actor|intent|capability|context\.mcp)\.[a-zA-Z]+$|^context\.(?:source|session|workspace)$/.test(
    field,
  );
}

function windowContradictions(
  { windows }: Conjunction,
  { obligations }: PolicyRule,
): readonly Finding[] {
  const apart = windows.find(({ window }, at) =>
    windows.slice(0, at).some((earlier) => areApart([window], [earlier.window])),
  );
  if (apart !== undefined) return [neverOpen('it is never both windows at once', apart.path)];
  const required = obligations?.windows;
  const outside = required && windows.find(({ window }) => areApart([window], required));
  return outside === undefined
    ? []
    : [
        neverOpen('no obligation window is open then: what the rule permits is denied', [
          'obligations',
          'windows',
        ]),
      ];
}

function neverOpen(reason: string, path: Finding['path']): Finding {
  return { code: 'never-matches', severity: 'warning', message: `never holds: ${reason}`, path };
}

function emptyNames(rule: PolicyRule, { roles, lists }: Names): readonly Finding[] {
  const named = listOf(rule.match.roles ?? []);
  const isNobody = named.length > 0 && named.every((role) => roles[role]?.length === 0);
  const nobody = isNobody ? [neverOpen('nobody has such a role', ['match', 'roles'])] : [];
  const empty = conjunctionsOf(rule).flatMap(({ fields }) =>
    fields.flatMap(({ condition, operator, path }) => {
      const other = condition[operator];
      const isList = typeof other === 'string' && other.startsWith('lists.');
      if (!isList || operator === 'notEqualsField') return [];
      const name = other.slice('lists.'.length);
      const isEmptyList = Object.hasOwn(lists, name) && lists[name]?.length === 0;
      return isEmptyList ? [emptyList([...path, operator])] : [];
    }),
  );
  return [...nobody, ...empty];
}

function emptyList(path: Finding['path']): Finding {
  const message = 'never holds: the list is empty';
  return { code: 'never-matches', severity: 'info', message, path };
}
