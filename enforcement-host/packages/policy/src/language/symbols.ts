import type { Range } from '../issue.js';
import type { OutlineNode } from './outline-node.js';
import { childOf, readOutline } from './outline.js';
import { rangesOf } from './position.js';

/** An entry of the outline view. */
export interface PolicySymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'section' | 'rule' | 'list' | 'role' | 'server';
  /** From the first character to the last. */
  readonly range: Range;
  /** The name itself; inside `range`. */
  readonly selectionRange: Range;
  readonly children: readonly PolicySymbol[];
}

/** Where a rule of the file is. */
export interface RulePlace {
  /** Position among the file's own rules. */
  readonly index: number;
  readonly id: string;
  readonly effect: string;
  readonly range: Range;
  readonly idRange: Range;
}

type RangeAt = ReturnType<typeof rangesOf>;

/** Sections, rules, lists, roles and servers of an `axtary.yml`, also while it is being written. */
export function documentSymbols(text: string): readonly PolicySymbol[] {
  return symbolsOf(readOutline(text), rangesOf(text));
}

/** The rules of the file with an id, in order. */
export function rulePlaces(text: string): readonly RulePlace[] {
  return rulesOf(readOutline(text), rangesOf(text));
}

/** @internal */
export function symbolsOf(root: OutlineNode, rangeAt: RangeAt): readonly PolicySymbol[] {
  return root.children
    .filter(({ name }) => typeof name === 'string')
    .map((section) => ({
      name: String(section.name),
      detail: section.kind === 'scalar' ? (section.value ?? '') : '',
      kind: 'section',
      ...rangesFor(section, rangeAt),
      children: entriesOf(section, rangeAt),
    }));
}

/** @internal */
export function rulesOf(root: OutlineNode, rangeAt: RangeAt): readonly RulePlace[] {
  const rules = childOf(root, 'policies')?.children ?? [];
  return rules.flatMap((rule, index) => {
    const id = childOf(rule, 'id');
    if (id?.value === undefined) return [];
    return [
      {
        index,
        id: id.value,
        effect: childOf(rule, 'effect')?.value ?? '',
        range: rangeAt(rule.keyStart, rule.end),
        idRange: rangeAt(id.start, id.end),
      },
    ];
  });
}

const KINDS: ReadonlyMap<string | number, PolicySymbol['kind']> = new Map([
  ['lists', 'list'],
  ['roles', 'role'],
  ['servers', 'server'],
]);

function entriesOf(section: OutlineNode, rangeAt: RangeAt): readonly PolicySymbol[] {
  if (section.name === 'policies') {
    return section.children.map((rule, index) => ruleSymbol(rule, index, rangeAt));
  }
  const kind = KINDS.get(section.name);
  if (kind === undefined) return [];
  return section.children.map((entry) => ({
    name: String(entry.name),
    detail: entry.kind === 'seq' ? String(entry.children.length) : '',
    kind,
    ...rangesFor(entry, rangeAt),
    children: [],
  }));
}

function ruleSymbol(rule: OutlineNode, index: number, rangeAt: RangeAt): PolicySymbol {
  const given = childOf(rule, 'id');
  const id = given?.value === '' ? undefined : given;
  const range = rangeAt(rule.keyStart, Math.max(rule.end, rule.keyEnd));
  return {
    name: id?.value ?? `rule ${index + 1}`,
    detail: childOf(rule, 'effect')?.value ?? '',
    kind: 'rule',
    range,
    selectionRange:
      id?.value !== undefined ? rangeAt(id.start, id.end) : rangeAt(rule.keyStart, rule.keyEnd),
    children: [],
  };
}

function rangesFor(
  { keyStart, keyEnd, end }: OutlineNode,
  rangeAt: RangeAt,
): Pick<PolicySymbol, 'range' | 'selectionRange'> {
  return {
    range: rangeAt(keyStart, Math.max(end, keyEnd)),
    selectionRange: rangeAt(keyStart, keyEnd),
  };
}
