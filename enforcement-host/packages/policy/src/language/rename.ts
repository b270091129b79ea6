import { RESERVED_RULE_IDS } from '../document/rule.js';
import type { Position, Range } from '../issue.js';
import { PRESETS } from '../presets/generated.js';
import type { TextEdit } from './environment.js';
import { nodesBelow, type OutlineNode } from './outline-node.js';
import { childOf, isAtKey, nodeAt, nodeUnder, pathOf, readOutline } from './outline.js';
import { offsetAt, rangesOf } from './position.js';
import { yamlText } from './quote.js';
import { idsInForce, ownRules } from './rules-in-force.js';
import { shapeAt } from './shape.js';

/** A name that can be changed everywhere at once. */
export interface Renameable {
  readonly kind: 'rule' | 'list' | 'role';
  readonly name: string;
  readonly range: Range;
}

/** Edits of the text, or why the name cannot be had. */
export type Renaming = { readonly edits: readonly TextEdit[] } | { readonly problem: string };

interface Mention {
  readonly start: number;
  readonly end: number;
  readonly quote: string;
  readonly isFlow: boolean;
}

interface Found {
  readonly kind: Renameable['kind'];
  readonly name: string;
  readonly mention: Mention;
}

/** The rule id, list name or role name at a position. */
export function renameableAt(text: string, position: Position): Renameable | undefined {
  const found = find(text, offsetAt(text, position), readOutline(text));
  if (found === undefined) return undefined;
  const { kind, name, mention } = found;
  return { kind, name, range: rangesOf(text)(mention.start, mention.end) };
}

/** Gives the rule, list or role at a position another name, wherever the file mentions it. */
export function renamePolicyName(text: string, position: Position, newName: string): Renaming {
  const root = readOutline(text);
  const found = find(text, offsetAt(text, position), root);
  if (found === undefined) {
    return { problem: 'expected the name of a rule, a list or a role at the cursor' };
  }
  const { kind, name } = found;
  if (newName === name) return { edits: [] };
  const problem = PROBLEMS[kind](newName, { root, name });
  if (problem !== undefined) return { problem };
  const mentions = mentionsOf(found, text, root);
  return { edits: editsFor(mentions, newName, text) };
}

/** Renames the rule whose id is defined or named at a position, and all that asks about its budgets. */
export function renameRule(text: string, position: Position, newName: string): Renaming {
  return renameKind('rule', [text, position, newName]);
}

/** Renames the list that is defined or named at a position, and all that compares with it. */
export function renameList(text: string, position: Position, newName: string): Renaming {
  return renameKind('list', [text, position, newName]);
}

/** Renames the role that is defined or named at a position, in all rules. */
export function renameRole(text: string, position: Position, newName: string): Renaming {
  return renameKind('role', [text, position, newName]);
}

function renameKind(
  kind: Renameable['kind'],
  [text, position, newName]: Parameters<typeof renamePolicyName>,
): Renaming {
  const found = renameableAt(text, position);
  if (found?.kind !== kind) return { problem: `expected the name of a ${kind} at the cursor` };
  return renamePolicyName(text, position, newName);
}

function find(text: string, offset: number, root: OutlineNode): Found | undefined {
  const node = nodeUnder(root, offset);
  if (node === undefined) return undefined;
  const [section, , ...rest] = pathOf(node);
  if (isAtKey(node, offset) && rest.length === 0) {
    const kind = section === 'lists' ? 'list' : section === 'roles' ? 'role' : undefined;
    const isName = kind !== undefined && node.parent?.parent === root;
    return isName ? { kind, name: String(node.name), mention: keyMention(node, text) } : undefined;
  }
  if (offset < node.start || offset > node.end) return undefined;
  return nameIn(node, text);
}

// The name that a scalar is or mentions.
function nameIn(node: OutlineNode, text: string): Found | undefined {
  const { value } = node;
  const shape = shapeAt(pathOf(node));
  const item = shape?.type === 'list' && shape.orOne ? shape.item : shape;
  if (value === undefined || item?.type !== 'value') return undefined;
  const mention = valueMention(node, text);
  if (item.of === 'rule-id' || item.of === 'budgeted-rule')
    return { kind: 'rule', name: value, mention };
  if (item.of === 'role') return { kind: 'role', name: value, mention };
  if (item.of !== 'other-field' || !value.startsWith(LISTS)) return undefined;
  const start = mention.start + LISTS.length;
  return { kind: 'list', name: value.slice(LISTS.length), mention: { ...mention, start } };
}

const LISTS = 'lists.';

function mentionsOf(found: Found, text: string, root: OutlineNode): readonly Mention[] {
  const { kind, name, mention } = found;
  // Of two rules with one id, one gets another; what asks about it still has the other.
  if (kind === 'rule' && ownRules(root, name).length > 1) return [mention];
  const defined = kind === 'rule' ? undefined : nodeAt(root, [`${kind}s`, name]);
  const own = defined === undefined ? [] : [keyMention(defined, text)];
  const named = scalarsBelow(childOf(root, 'policies'))
    .filter(({ value }) => value === name || value === `${LISTS}${name}`)
    .map((node) => nameIn(node, text))
    .filter((each) => each?.kind === kind && each.name === name);
  return [...own, ...named.flatMap((each) => (each === undefined ? [] : [each.mention]))];
}

function scalarsBelow(node: OutlineNode | undefined): readonly OutlineNode[] {
  const nodes = node === undefined ? [] : nodesBelow(node);
  return nodes.filter(({ kind }) => kind === 'scalar');
}

function keyMention({ keyStart, keyEnd, parent }: OutlineNode, text: string): Mention {
  return inQuotes({ start: keyStart, end: keyEnd, isFlow: parent?.isFlow === true }, text);
}

function valueMention({ start, end, parent }: OutlineNode, text: string): Mention {
  return inQuotes({ start, end, isFlow: parent?.isFlow === true }, text);
}

function inQuotes({ start, end, isFlow }: Omit<Mention, 'quote'>, text: string): Mention {
  const first = text[start] ?? '';
  if (first !== '"' && first !== "'") return { start, end, isFlow, quote: '' };
  const isClosed = end - start > 1 && text[end - 1] === first;
  return { start: start + 1, end: isClosed ? end - 1 : end, isFlow, quote: first };
}

function editsFor(mentions: readonly Mention[], newName: string, text: string): TextEdit[] {
  const rangeAt = rangesOf(text);
  return mentions.map(({ start, end, ...context }) => ({
    range: rangeAt(start, end),
    newText: yamlText(newName, context),
  }));
}

interface Naming {
  readonly root: OutlineNode;
  readonly name: string;
}

const PROBLEMS: Readonly<
  Record<Renameable['kind'], (newName: string, naming: Naming) => string | undefined>
> = {
  rule: ruleProblem,
  list: listProblem,
  role: roleProblem,
};

function ruleProblem(newName: string, { root, name }: Naming): string | undefined {
  if (ownRules(root, name).length === 0)
    return 'expected this id to stay: no rule of the file has it';
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(newName) || newName.length > 64) {
    return 'expected a kebab-case id of at most 64 characters, such as "no-secrets"';
  }
  if (RESERVED_RULE_IDS.has(newName)) return 'expected another id: this one is reserved';
  return idsInForce(root).has(newName) ? 'expected another id: a rule has this one' : undefined;
}

function listProblem(newName: string, { root, name }: Naming): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(newName)) {
    return 'expected a name of letters, digits, "_" and "-", such as "colleagues"';
  }
  if (nodeAt(root, ['lists', newName]) !== undefined)
    return 'expected another name: this one is taken';
  const isGiven = Object.values(PRESETS).some(({ lists }) => Object.hasOwn(lists, name));
  return isGiven
    ? 'expected this name to stay: rules of a preset or pack compare with it'
    : undefined;
}

function roleProblem(newName: string, { root }: Naming): string | undefined {
  if (newName === '' || newName.length > 512) return 'expected a name of 1 to 512 characters';
  if (newName === '__proto__' || !newName.isWellFormed()) return 'expected another name';
  return nodeAt(root, ['roles', newName]) === undefined
    ? undefined
    : 'expected another name: this one is taken';
}
