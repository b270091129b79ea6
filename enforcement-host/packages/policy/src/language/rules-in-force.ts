import type { PolicyRule } from '../document/rule.js';
import { PRESETS } from '../presets/generated.js';
import type { OutlineNode } from './outline-node.js';
import { childOf } from './outline.js';
import { textsOf } from './outline-value.js';

// What a file brings, also while it is being written.

/** What the preset and the packs of a file bring. */
export function givenPresets(root: OutlineNode): readonly (typeof PRESETS)[keyof typeof PRESETS][] {
  const [preset = 'coding-agent'] = textsOf(childOf(root, 'preset'));
  const names = [preset, ...textsOf(childOf(root, 'packs'))];
  return Object.entries(PRESETS).flatMap(([name, given]) => (names.includes(name) ? [given] : []));
}

/** The rule of the preset or a pack with an id. */
export function givenRule(root: OutlineNode, id: string): PolicyRule | undefined {
  return givenPresets(root)
    .flatMap(({ rules }) => rules)
    .find((rule) => rule.id === id);
}

/** The file's own rules with an id, as nodes. */
export function ownRules(root: OutlineNode, id: string): readonly OutlineNode[] {
  const rules = childOf(root, 'policies')?.children ?? [];
  return rules.filter((rule) => childOf(rule, 'id')?.value === id);
}

/** Ids of the file's rules, and of its preset's and packs'. */
export function idsInForce(root: OutlineNode): ReadonlySet<string> {
  const own = (childOf(root, 'policies')?.children ?? []).map((rule) => childOf(rule, 'id')?.value);
  const given = givenPresets(root).flatMap(({ rules }) => rules.map(({ id }) => id));
  return new Set([...own.filter((id) => id !== undefined), ...given]);
}

/** Ids of those among them that have budgets. */
export function budgetedRules(root: OutlineNode): readonly string[] {
  const own = (childOf(root, 'policies')?.children ?? []).flatMap((rule) => {
    const obligations = childOf(rule, 'obligations');
    const hasBudgets = obligations !== undefined && childOf(obligations, 'budgets') !== undefined;
    const id = hasBudgets ? childOf(rule, 'id')?.value : undefined;
    return id === undefined ? [] : [id];
  });
  const given = givenPresets(root).flatMap(({ rules }) =>
    rules.flatMap(({ id, obligations }) => (obligations?.budgets === undefined ? [] : [id])),
  );
  return [...own, ...given];
}
