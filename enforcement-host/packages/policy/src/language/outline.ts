import type { CursorHit, OutlineNode } from './outline-node.js';
import { OutlineReader } from './outline-reader.js';

export type Path = readonly (string | number)[];

const MAX_LENGTH = 1024 * 1024;

/**
 * Reads the structure of a YAML text by its indentation and brackets. Never fails, takes time
 * linear in the text, and agrees with the YAML parser wherever that finds nothing wrong; texts over
 * 1 MiB have an empty outline.
 */
export function readOutline(text: string): OutlineNode {
  return new OutlineReader(text.length > MAX_LENGTH ? '' : text).read().root;
}

// Private use: no policy has it, and to the reader it is a letter like any other.
const CURSOR = '\u{e000}';

/** Where a cursor stands; `undefined` in comments, block texts, and nowhere in particular. */
export function hitAt(text: string, offset: number): CursorHit | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  return new OutlineReader(text.slice(0, offset) + CURSOR, offset).read().hit;
}

/** The keys and indexes that lead to a node. */
export function pathOf(node: OutlineNode): Path {
  const names: (string | number)[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) names.push(at.name);
  return names.reverse();
}

/** The node at a path. */
export function nodeAt(root: OutlineNode, path: Path): OutlineNode | undefined {
  let node: OutlineNode | undefined = root;
  for (const name of path) node = node === undefined ? undefined : childOf(node, name);
  return node;
}

/** The node at a path, or else the last one on the way. */
export function nearestNode(root: OutlineNode, path: Path): OutlineNode {
  let node = root;
  for (const name of path) {
    const child = childOf(node, name);
    if (child === undefined) return node;
    node = child;
  }
  return node;
}

export function childOf(node: OutlineNode, name: string | number): OutlineNode | undefined {
  if (typeof name === 'number') return node.kind === 'seq' ? node.children[name] : undefined;
  return node.children.find((child) => child.name === name);
}

/** The innermost node whose key or value is at an offset. */
export function nodeUnder(root: OutlineNode, offset: number): OutlineNode | undefined {
  let found: OutlineNode | undefined;
  let node: OutlineNode | undefined = root;
  while (node !== undefined) {
    node = node.children.find(
      (child) => child.keyStart <= offset && offset <= Math.max(child.end, child.keyEnd),
    );
    found = node ?? found;
  }
  return found;
}

/** True where an offset is at the key of a node, not at its value. */
export function isAtKey(node: OutlineNode, offset: number): boolean {
  return typeof node.name === 'string' && node.keyStart <= offset && offset <= node.keyEnd;
}
