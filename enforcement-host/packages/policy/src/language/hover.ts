import { describeRule } from '../describe.js';
import { ruleSchema } from '../document/rule.js';
import type { Position, Range } from '../issue.js';
import { PRESETS } from '../presets/generated.js';
import { PACK_NAMES, PRESET_NAMES } from '../presets/names.js';
import { markdownOf } from './complete-keys.js';
import { KEY_DOCS, VALUE_DOCS } from './docs.js';
import { fieldDoc } from './fields.js';
import { globWords } from './glob-words.js';
import type { OutlineNode } from './outline-node.js';
import { isAtKey, nodeAt, nodeUnder, pathOf, readOutline, type Path } from './outline.js';
import { textsOf, valueOf } from './outline-value.js';
import { offsetAt, rangesOf } from './position.js';
import { givenRule, ownRules } from './rules-in-force.js';
import { shapeAt, type ValueKind } from './shape.js';
import { codes, counted } from './words.js';

/** What there is to say about a place of the text. */
export interface Hover {
  /** Markdown. */
  readonly markdown: string;
  readonly range: Range;
}

interface Source {
  readonly text: string;
  readonly root: OutlineNode;
}

/**
 * Explains a key, a rule, a glob, a field or a name of an `axtary.yml`; `undefined` where there is
 * nothing to say. Never throws.
 */
export function hoverPolicy(text: string, position: Position): Hover | undefined {
  const offset = offsetAt(text, position);
  const root = readOutline(text);
  const node = nodeUnder(root, offset);
  if (node === undefined) return undefined;
  const source = { text, root };
  const rangeAt = rangesOf(text);
  if (isAtKey(node, offset)) {
    const markdown = keyWords(node, source);
    return markdown === undefined
      ? undefined
      : { markdown, range: rangeAt(node.keyStart, node.keyEnd) };
  }
  const isInside = node.kind === 'scalar' && node.start <= offset && offset <= node.end;
  const markdown = isInside ? valueWords(node, source) : undefined;
  return markdown === undefined ? undefined : { markdown, range: rangeAt(node.start, node.end) };
}

function keyWords(node: OutlineNode, source: Source): string | undefined {
  const path = pathOf(node);
  const parent = shapeAt(path.slice(0, -1));
  const name = String(node.name);
  if (parent?.type === 'record') return recordWords(node, parent.names);
  if (parent?.type !== 'map' || !Object.hasOwn(KEY_DOCS[parent.of], name)) return undefined;
  const doc = KEY_DOCS[parent.of][name];
  if (doc === undefined) return undefined;
  const isOfRule = parent.of === 'rule' && (name === 'id' || name === 'effect');
  const rule = isOfRule ? ruleWords(path, source) : undefined;
  return rule === undefined ? markdownOf(doc) : `${rule}\n\n${doc.text}`;
}

function recordWords(node: OutlineNode, names: string): string | undefined {
  if (names === 'fields') {
    const doc = fieldDoc(String(node.name));
    return doc && markdownOf(doc);
  }
  if (names !== 'lists' && names !== 'roles') return undefined;
  const members = textsOf(node);
  const what = names === 'lists' ? 'List' : 'Role';
  return `${what} of ${members.length === 0 ? 'nothing yet' : codes(members, 'and')}.`;
}

function valueWords(node: OutlineNode, source: Source): string | undefined {
  const shape = shapeAt(pathOf(node));
  const item = shape?.type === 'list' && shape.orOne ? shape.item : shape;
  if (item?.type !== 'value' || node.value === undefined) return undefined;
  return WORDS[item.of]?.(node.value, { ...source, path: pathOf(node) });
}

type Words = (value: string, place: Source & { readonly path: Path }) => string | undefined;

const GLOB: Words = (value) => globWords(value);
const NAMED: Words = (value) => presetWords(value);
const FIELD: Words = (value, { root, text }) => {
  if (value.startsWith('lists.')) return listWords(value.slice('lists.'.length), { root, text });
  const doc = fieldDoc(value);
  return doc && `**${value}**: ${doc.text}\n\nFor example \`${doc.example}\`.`;
};

const WORDS: Readonly<Partial<Record<ValueKind, Words>>> = {
  'rule-id': (_, place) => ruleWords(place.path, place),
  'budgeted-rule': (value, { text, root }) => {
    const [own] = ownRules(root, value);
    if (own !== undefined) return ruleWords(pathOf(own), { text, root });
    const given = givenRule(root, value);
    return given && describeRule(given);
  },
  effect: (value, place) => {
    const words = [ruleWords(place.path, place), valueDoc(value)];
    return words.filter((each) => each !== undefined).join('\n\n') || undefined;
  },
  preset: NAMED,
  pack: NAMED,
  field: FIELD,
  'other-field': FIELD,
  role: (value, { root }) => {
    const members = textsOf(nodeAt(root, ['roles', value]));
    return members.length === 0 ? undefined : `Role of ${codes(members, 'and')}.`;
  },
  tool: GLOB,
  resource: GLOB,
  agent: GLOB,
  human: GLOB,
  tenant: (value, { path }) => (path.length > 1 ? globWords(value) : undefined),
  runtime: GLOB,
  task: GLOB,
  source: GLOB,
  glob: GLOB,
};

function ruleWords(path: Path, { text, root }: Source): string | undefined {
  const node = nodeAt(root, path.slice(0, 2));
  if (node === undefined || path[0] !== 'policies') return undefined;
  const parsed = ruleSchema.safeParse(valueOf(node, text));
  return parsed.success ? describeRule(parsed.data) : undefined;
}

function valueDoc(value: string): string | undefined {
  return Object.hasOwn(VALUE_DOCS, value) ? VALUE_DOCS[value] : undefined;
}

const MAX_RULES = 40;

function presetWords(value: string): string | undefined {
  const name = [...PRESET_NAMES, ...PACK_NAMES].find((each) => each === value);
  if (name === undefined) return valueDoc(value);
  const { rules } = PRESETS[name];
  const lines = rules.slice(0, MAX_RULES).map((rule) => `- **${rule.id}**: ${describeRule(rule)}`);
  return [`**${name}**, ${counted(rules.length, 'rule')}:`, '', ...lines].join('\n');
}

function listWords(name: string, { root }: Source): string | undefined {
  const node = nodeAt(root, ['lists', name]);
  const given = Object.values(PRESETS).find(({ lists }) => Object.hasOwn(lists, name));
  const members = node === undefined ? given?.lists[name] : textsOf(node);
  if (members === undefined) return undefined;
  return members.length === 0
    ? `**${name}**: an empty list; nothing is in it.`
    : `**${name}**: a list of ${codes(members, 'and')}.`;
}
