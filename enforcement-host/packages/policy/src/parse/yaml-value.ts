import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';

import type { TextIssue } from './yaml-text.js';

/** A plain value, and where it and its parts are in the text. */
export interface ReadNode {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  readonly children: ReadonlyMap<string | number, ReadChild>;
}

interface ReadChild extends ReadNode {
  /** The key of a map entry; for an element of a list, as the element itself. */
  readonly keyStart: number;
  readonly keyEnd: number;
}

/**
 * Turns YAML nodes into plain values. Keys are unique texts; texts are well-formed Unicode.
 * What is not adds to `issues` and is left out.
 */
export function readNode(node: ParsedNode | null, issues: TextIssue[]): ReadNode {
  if (isMap(node)) return readMap(node, issues);
  const [start, end] = node === null ? [0, 0] : rangeOf(node);
  if (isSeq(node)) {
    const children = node.items.map((item) => readNode(item, issues));
    const entries = children.map((child, index) => [index, asElement(child)] as const);
    return { value: children.map(({ value }) => value), start, end, children: new Map(entries) };
  }
  const value = isScalar(node) ? node.value : null;
  if (typeof value === 'string' && !value.isWellFormed()) {
    const message = 'expected well-formed Unicode, got a lone surrogate';
    issues.push({ code: 'invalid-value', message, start, end });
  }
  return { value, start, end, children: new Map() };
}

/** Where in the text a path of the document is. */
export interface Location {
  readonly place: { readonly start: number; readonly end: number };
  /** The first name on the path that the text does not have; `place` is then where it belongs. */
  readonly missing: string | undefined;
}

/** Finds the value at a path, or its key, or the mapping that lacks it. */
export function locate(
  root: ReadNode,
  path: readonly (string | number)[],
  part: 'key' | 'value',
): Location {
  let node = asElement(root);
  for (const name of path) {
    const child = node.children.get(name);
    if (child === undefined) return { place: headOf(node), missing: String(name) };
    node = child;
  }
  const { start, end, keyStart, keyEnd } = node;
  const place = part === 'key' ? { start: keyStart, end: keyEnd } : { start, end };
  return { place, missing: undefined };
}

// The first key stands for a mapping: marking the whole of it would hide what is inside.
function headOf({ children, keyStart, keyEnd }: ReadChild): Location['place'] {
  const [first] = children.values();
  return { start: first?.keyStart ?? keyStart, end: first?.keyEnd ?? keyEnd };
}

function readMap(map: YAMLMap.Parsed, issues: TextIssue[]): ReadNode {
  const [start, end] = rangeOf(map);
  const children = new Map<string, ReadChild>();
  for (const { key, value } of map.items) {
    const [keyStart, keyEnd] = rangeOf(key);
    const name: unknown = isScalar(key) ? key.value : undefined;
    const problem = keyProblem(name, children);
    if (problem !== undefined || typeof name !== 'string') {
      issues.push({ start: keyStart, end: keyEnd, ...(problem ?? BAD_KEY) });
      continue;
    }
    const child = readNode(value, issues);
    const place = child.start === child.end ? { start: keyStart, end: keyEnd } : {};
    children.set(name, { ...child, ...place, keyStart, keyEnd });
  }
  const entries = [...children].map(([name, child]) => [name, child.value] as const);
  return { value: Object.fromEntries(entries), start, end, children };
}

const BAD_KEY = { code: 'unsupported-yaml', message: 'expected a text as key' } as const;
const MERGE_KEY = {
  code: 'unsupported-yaml',
  message: 'expected no merge key: write the entries out',
} as const;
const DUPLICATE_KEY = { code: 'duplicate-key', message: 'expected each key once' } as const;

function keyProblem(name: unknown, seen: ReadonlyMap<string, unknown>) {
  if (name === '__proto__') return { ...BAD_KEY, message: 'expected another key' };
  if (name === '<<') return MERGE_KEY;
  if (typeof name !== 'string' || !name.isWellFormed()) return BAD_KEY;
  return seen.has(name) ? DUPLICATE_KEY : undefined;
}

function asElement(node: ReadNode): ReadChild {
  return { ...node, keyStart: node.start, keyEnd: node.end };
}

// The second offset is where the value ends; the third takes in trailing space and comments.
function rangeOf({ range }: ParsedNode): readonly [number, number] {
  return [range[0], range[1]];
}
