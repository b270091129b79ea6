import type { OutlineNode } from './outline-node.js';

const MAX_DEPTH = 64;
const INTEGER = /^[-+]?\d+$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i;

/** The plain value of an outline, with the scalars of YAML 1.2's core schema. */
export function valueOf(node: OutlineNode, text: string, depth = 0): unknown {
  if (depth > MAX_DEPTH) return null;
  switch (node.kind) {
    case 'map': {
      const entries = node.children.map(
        (child) => [String(child.name), valueOf(child, text, depth + 1)] as const,
      );
      return Object.fromEntries(entries.filter(([name]) => name !== '__proto__'));
    }
    case 'seq':
      return node.children.map((child) => valueOf(child, text, depth + 1));
    case 'none':
      return null;
    case 'scalar':
      return scalarOf(node, text);
  }
}

/** The texts among a node's elements, or its own. */
export function textsOf(node: OutlineNode | undefined): readonly string[] {
  if (node === undefined) return [];
  const nodes = node.kind === 'seq' ? node.children : [node];
  return nodes.flatMap(({ value }) => (value === undefined ? [] : [value]));
}

function scalarOf({ value, start, end }: OutlineNode, text: string): unknown {
  if (value === undefined) return text.slice(start, end);
  const isPlain = text[start] !== '"' && text[start] !== "'";
  return isPlain ? plain(value) : value;
}

function plain(value: string): unknown {
  if (/^(?:true|True|TRUE)$/.test(value)) return true;
  if (/^(?:false|False|FALSE)$/.test(value)) return false;
  if (/^(?:null|Null|NULL|~|)$/.test(value)) return null;
  return INTEGER.test(value) || FLOAT.test(value) ? Number(value) : value;
}
