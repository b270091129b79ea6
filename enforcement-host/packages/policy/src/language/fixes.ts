import { SCOPES } from '../document/obligations.js';
import { DAYS } from '../document/window.js';
import { globProblem } from '../glob.js';
import type { PolicyIssue, Range } from '../issue.js';
import { nearest } from '../nearest.js';
import { EVERY } from '../lint/any-element.js';
import { PACK_NAMES, PRESET_NAMES } from '../presets/names.js';
import type { PolicyEnvironment, QuickFix, TextEdit } from './environment.js';
import { fieldsFor } from './fields.js';
import type { OutlineNode } from './outline-node.js';
import { childOf, nodeAt, pathOf } from './outline.js';
import { yamlText } from './quote.js';
import { budgetedRules, idsInForce } from './rules-in-force.js';
import { lineEnd } from './scalar.js';
import { MAPS, shapeAt, type ValueKind } from './shape.js';

/** What fixes are made from. */
export interface FixSource {
  readonly text: string;
  readonly root: OutlineNode;
  readonly rangeAt: (start: number, end: number) => Range;
  readonly environment: PolicyEnvironment;
}

type Fixer = (
  issue: PolicyIssue,
  source: FixSource,
  suggestion: string | undefined,
) => readonly QuickFix[];

/** Ways to put an issue right, the most likely first. */
export function fixesFor(
  issue: PolicyIssue,
  suggestion: string | undefined,
  source: FixSource,
): readonly QuickFix[] {
  return FIXERS[issue.code]?.(issue, source, suggestion) ?? [];
}

const FIXERS: Readonly<Partial<Record<PolicyIssue['code'], Fixer>>> = {
  'unknown-key': fixKey,
  'duplicate-id': fixDuplicateId,
  'missing-key': fixMissingKey,
  'bad-glob': fixGlob,
  'bad-field': fixField,
  'unknown-role': fixRole,
  'unknown-rule': fixRuleId,
  'unknown-tool': fixName,
  'unknown-server': fixServer,
  'invalid-value': fixValue,
  unused: removeEntry,
  'same-rule': removeRule,
  'any-element': askEvery,
};

function replaceKey(node: OutlineNode, newText: string, { rangeAt }: FixSource): TextEdit {
  return { range: rangeAt(node.keyStart, node.keyEnd), newText };
}

function replaceValue(node: OutlineNode, newName: string, source: FixSource): TextEdit {
  const context = { quote: '', isFlow: node.parent?.isFlow === true };
  return { range: source.rangeAt(node.start, node.end), newText: yamlText(newName, context) };
}

function fixKey({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = nodeAt(source.root, path);
  const shape = shapeAt(path.slice(0, -1));
  if (node === undefined || shape?.type !== 'map') return [];
  const siblings = new Set(node.parent?.children.map(({ name }) => name));
  const known = Object.keys(MAPS[shape.of]).filter((key) => !siblings.has(key));
  const near = nearest(String(node.name), known);
  const remove = { title: 'Remove this key', edits: removal(node, source) };
  return near === undefined
    ? [remove]
    : [{ title: `Change to "${near}"`, edits: [replaceKey(node, near, source)] }, remove];
}

function fixDuplicateId({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = nodeAt(source.root, path);
  if (node?.value === undefined) return [];
  const taken = idsInForce(source.root);
  const stem = node.value.slice(0, 58);
  let count = 2;
  while (taken.has(`${stem}-${count}`)) count++;
  const newId = `${stem}-${count}`;
  return [{ title: `Rename to "${newId}"`, edits: [replaceValue(node, newId, source)] }];
}

const DEFAULTS: ReadonlyMap<string | number, string> = new Map([
  ['version', '1'],
  ['effect', 'deny'],
  ['timeZone', 'UTC'],
  ['usedOver', '80'],
]);

function fixMissingKey(issue: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const key = issue.path.at(-1);
  const value = key === undefined ? undefined : DEFAULTS.get(key);
  if (key === undefined || value === undefined) return [];
  const parent = nodeAt(source.root, issue.path.slice(0, -1));
  const line = `${key}: ${value}`;
  if (parent === undefined) return [];
  const edit = insertionInto(parent, line, source);
  return edit === undefined ? [] : [{ title: `Insert "${line}"`, edits: [edit] }];
}

// In front of the first entry, at its column.
function insertionInto(
  map: OutlineNode,
  line: string,
  { text, rangeAt }: FixSource,
): TextEdit | undefined {
  const [first] = map.children;
  if (first === undefined) {
    const isEmpty = map.parent === undefined && map.kind === 'none';
    return isEmpty ? { range: rangeAt(0, 0), newText: `${line}\n` } : undefined;
  }
  const at = first.keyStart;
  if (map.isFlow) return { range: rangeAt(at, at), newText: `${line}, ` };
  const column = at - (text.lastIndexOf('\n', at - 1) + 1);
  return { range: rangeAt(at, at), newText: `${line}\n${' '.repeat(column)}` };
}

function fixGlob({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = scalarAt(source.root, path);
  if (node?.value === undefined) return [];
  const glob = node.value;
  const better = betterGlobs(glob).filter(
    (each) => each.length > 0 && each.every((one) => globProblem(one) === undefined),
  );
  return better.map((globs) => ({
    title: globs.length === 1 ? `Change to "${globs[0] ?? ''}"` : `Write as ${globs.length} globs`,
    edits: [globsEdit(node, globs, source)],
  }));
}

function globsEdit(node: OutlineNode, globs: readonly string[], source: FixSource): TextEdit {
  const [only] = globs;
  if (only !== undefined && globs.length === 1) return replaceValue(node, only, source);
  const isElement = typeof node.name === 'number';
  const texts = globs.map((glob) => yamlText(glob, { quote: '', isFlow: true }));
  const { rangeAt, text } = source;
  if (!isElement) return { range: rangeAt(node.start, node.end), newText: `[${texts.join(', ')}]` };
  const isFlow = node.parent?.isFlow === true;
  const dash = node.keyStart - (text.lastIndexOf('\n', node.keyStart - 1) + 1);
  const separator = isFlow ? ', ' : `\n${' '.repeat(dash)}- `;
  return { range: rangeAt(node.start, node.end), newText: texts.join(separator) };
}

const MAX_ALTERNATIVES = 16;

// `**` inside a segment, alternatives in braces, backslashes: forms of other glob languages.
function betterGlobs(glob: string): readonly (readonly string[])[] {
  const unescaped = glob.replaceAll('\\', '/').replace(/^!/, '');
  const braces = expandBraces(unescaped);
  const whole = braces.map((each) =>
    each
      .split('/')
      .map((segment) => (segment === '**' ? segment : segment.replaceAll(/\*{2,}/g, '*')))
      .join('/')
      .replaceAll('?', '*'),
  );
  const isSame = whole.length === 1 && whole[0] === glob;
  return isSame ? [withoutInnerStars(glob)].filter((each) => each.length > 0) : [whole];
}

function expandBraces(glob: string): readonly string[] {
  const match = /\{([^{}]*)\}/.exec(glob);
  if (match === null) return [glob];
  const [all, inner = ''] = match;
  const parts = inner.split(',');
  if (parts.length > MAX_ALTERNATIVES) return [glob];
  const head = glob.slice(0, match.index);
  const tail = glob.slice(match.index + all.length);
  // One pair is written out; more of them multiply, and are left to the author.
  return parts.map((part) => `${head}${part}${tail}`);
}

// `**/x*/**` cannot be decided in Cedar: what matches below `x*` at the top, and one level down, can.
function withoutInnerStars(glob: string): readonly string[] {
  const segments = glob.split('/');
  const isUnprovable = segments.filter((segment) => segment === '**').length === 2;
  if (!isUnprovable || segments[0] !== '**' || segments.at(-1) !== '**') return [];
  const inner = segments.slice(1, -1).join('/');
  return [`${inner}/**`, `*/${inner}/**`, `*/*/${inner}/**`];
}

const VALUES = new Map<ValueKind, readonly string[]>([
  ['effect', ['allow', 'deny', 'step_up']],
  ['preset', [...PRESET_NAMES, 'none']],
  ['pack', PACK_NAMES],
  ['day', DAYS],
  ['scope', SCOPES],
]);

function fixField({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = scalarAt(source.root, path);
  const { value } = node ?? {};
  if (node === undefined || value === undefined) return [];
  if (value.startsWith('lists.')) {
    const lists = childOf(source.root, 'lists')?.children ?? [];
    const near = nearest(
      value.slice('lists.'.length),
      lists.map(({ name }) => String(name)),
    );
    return near === undefined ? [] : change(node, `lists.${near}`, source);
  }
  const near = nearest(value, fieldsFor([], source.environment));
  return near === undefined ? [] : change(node, near, source);
}

function change(node: OutlineNode, newName: string, source: FixSource): readonly QuickFix[] {
  return [{ title: `Change to "${newName}"`, edits: [replaceValue(node, newName, source)] }];
}

function fixRole({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = scalarAt(source.root, path);
  const roles = (childOf(source.root, 'roles')?.children ?? []).map(({ name }) => String(name));
  const near = node?.value === undefined ? undefined : nearest(node.value, roles);
  return node === undefined || near === undefined ? [] : change(node, near, source);
}

function fixRuleId({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = scalarAt(source.root, path);
  const near =
    node?.value === undefined ? undefined : nearest(node.value, budgetedRules(source.root));
  return node === undefined || near === undefined ? [] : change(node, near, source);
}

function fixName(
  { path }: PolicyIssue,
  source: FixSource,
  suggestion: string | undefined,
): readonly QuickFix[] {
  const node = scalarAt(source.root, path);
  return node === undefined || suggestion === undefined ? [] : change(node, suggestion, source);
}

function fixServer(
  { path }: PolicyIssue,
  source: FixSource,
  suggestion: string | undefined,
): readonly QuickFix[] {
  const node = scalarAt(source.root, path);
  if (node?.value === undefined || suggestion === undefined) return [];
  return change(node, node.value.replace(/^mcp:[^/]*/, `mcp:${suggestion}`), source);
}

function fixValue({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = scalarAt(source.root, path);
  const shape = node === undefined ? undefined : shapeAt(pathOf(node));
  const item = shape?.type === 'list' ? shape.item : shape;
  if (node?.value === undefined || item?.type !== 'value') return [];
  const known = VALUES.get(item.of) ?? [];
  const near = nearest(node.value, known);
  return near === undefined || near === node.value ? [] : change(node, near, source);
}

function removeEntry({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = nodeAt(source.root, path);
  if (node === undefined) return [];
  const isOnly = node.parent?.children.length === 1 && node.parent.parent === source.root;
  const edits = removal(isOnly ? node.parent : node, source);
  return [{ title: `Remove "${String(node.name)}"`, edits }];
}

function removeRule({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = nodeAt(source.root, path.slice(0, 2));
  return node === undefined ? [] : [{ title: 'Remove this rule', edits: removal(node, source) }];
}

// Whole lines in block style; in brackets with one of the commas beside it.
function removal(node: OutlineNode, { text, rangeAt }: FixSource): readonly TextEdit[] {
  const siblings = node.parent?.children ?? [];
  const index = siblings.indexOf(node);
  const end = Math.max(node.end, node.keyEnd);
  if (node.parent?.isFlow === true) {
    const next = siblings[index + 1];
    const previous = siblings[index - 1];
    const from = next === undefined && previous !== undefined ? previous.end : node.keyStart;
    return [{ range: rangeAt(from, next?.keyStart ?? end), newText: '' }];
  }
  const lineStart = text.lastIndexOf('\n', node.keyStart - 1) + 1;
  const isWholeLine = text.slice(lineStart, node.keyStart).trim() === '';
  const next = siblings[index + 1];
  // The first key behind a dash gives its place to the next one.
  if (!isWholeLine) {
    return [{ range: rangeAt(node.keyStart, next?.keyStart ?? end), newText: '' }];
  }
  return [
    { range: rangeAt(lineStart, Math.min(lineEnd(text, end) + 1, text.length)), newText: '' },
  ];
}

function askEvery({ path }: PolicyIssue, source: FixSource): readonly QuickFix[] {
  const node = nodeAt(source.root, path);
  const name = node?.name;
  const operator =
    name === undefined ? undefined : Object.entries(EVERY).find(([key]) => key === name);
  if (node === undefined || operator === undefined) return [];
  const [, every] = operator;
  const edits = [replaceKey(node, every, source)];
  if (name !== 'equals') return [{ title: `Ask it of every element: "${every}"`, edits }];
  const { rangeAt, text } = source;
  const list = `[${text.slice(node.start, node.end)}]`;
  edits.push({ range: rangeAt(node.start, node.end), newText: list });
  return [{ title: `Ask it of every element: "${every}"`, edits }];
}

// The path of an issue may end at a list of which one element is meant, or at its only value.
function scalarAt(root: OutlineNode, path: PolicyIssue['path']): OutlineNode | undefined {
  const node = nodeAt(root, path);
  if (node?.kind === 'seq' && node.children.length === 1) return node.children[0];
  return node?.kind === 'scalar' ? node : undefined;
}
