import type { ScalarToken } from './scalar.js';

/** A part of a YAML text, as far as it can be told while the text is being written. */
export interface OutlineNode {
  readonly parent: OutlineNode | undefined;
  /** Key in a mapping, index in a list. */
  readonly name: string | number;
  /** The key with its quotes; for an element where it begins. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** The scalar with its quotes; for anything else from its first part to its last. */
  start: number;
  end: number;
  kind: 'none' | 'scalar' | 'map' | 'seq';
  /** A scalar's text; `undefined` for a block text. */
  value: string | undefined;
  isFlow: boolean;
  readonly children: OutlineNode[];
}

/** Where a cursor stands: in a key, or in a value of `node`. */
export interface CursorHit {
  /** `key`: one of the mapping `node`. `value`: that of `node` itself. */
  readonly role: 'key' | 'value';
  readonly node: OutlineNode;
  /** Where the scalar at the cursor begins, after its quote. */
  readonly start: number;
  readonly quote: string;
  readonly isFlow: boolean;
  /** On the line of the key whose value it is. */
  readonly isInline: boolean;
  /** Of the line's content; for an inline value, of its key. */
  readonly column: number;
}

// As in the parser: what is deeper or longer is no policy, and is not looked into.
export const MAX_DEPTH = 64;
export const MAX_LINES = 25_000;
export const MAX_NODES = 100_000;

type NewNode = Pick<OutlineNode, 'parent' | 'name' | 'keyStart' | 'keyEnd'>;

export function newNode({ parent, name, keyStart, keyEnd }: NewNode): OutlineNode {
  return {
    parent,
    name,
    keyStart,
    keyEnd,
    start: keyStart,
    end: keyEnd,
    kind: 'none',
    value: undefined,
    isFlow: false,
    children: [],
  };
}

/** Adds a new part behind those that its parent has. */
export function addChild(parent: OutlineNode, child: OutlineNode): OutlineNode {
  if (parent.children.length === 0 && !parent.isFlow) parent.start = child.keyStart;
  parent.children.push(child);
  return child;
}

export function setScalar(node: OutlineNode, { start, end, value }: ScalarToken): void {
  node.kind = 'scalar';
  node.value = value;
  node.start = start;
  node.end = end;
}

/** Lets each node end where its last part does. */
export function setEnds(root: OutlineNode): void {
  for (const { parent, end } of nodesBelow(root).reverse()) {
    if (parent !== undefined && end > parent.end) parent.end = end;
  }
}

/** A node and all below it, each before its parts. */
export function nodesBelow(root: OutlineNode): OutlineNode[] {
  const nodes = [root];
  // The list grows while it is walked.
  for (const { children } of nodes) for (const child of children) nodes.push(child);
  return nodes;
}
