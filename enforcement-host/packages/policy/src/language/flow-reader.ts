import {
  addChild,
  MAX_DEPTH,
  MAX_NODES,
  newNode,
  setScalar,
  type CursorHit,
  type OutlineNode,
} from './outline-node.js';
import { isColon, lineEnd, readScalar, skipSpaces, type ScalarToken } from './scalar.js';

interface Source {
  readonly text: string;
  /** Where the first bracket is. */
  readonly at: number;
  /** Lines that are indented no deeper end what nobody closes. */
  readonly indent: number;
  readonly cursor: number;
  /** What the collection is the value of. */
  readonly node: OutlineNode;
}

interface Frame {
  readonly node: OutlineNode;
  /** The entry whose value comes next. */
  slot: OutlineNode | undefined;
}

interface FlowRead {
  /** After the last bracket, or at the start of the line that is no part any more. */
  readonly end: number;
  readonly hit: CursorHit | undefined;
}

/** Reads a collection in brackets, closed or not. */
export function readFlow(source: Source): FlowRead {
  return new FlowReader(source).read();
}

class FlowReader {
  readonly #source: Source;
  readonly #frames: Frame[] = [];
  #hit: CursorHit | undefined;
  #nodes = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  read(): FlowRead {
    const { text } = this.#source;
    let at = this.#source.at;
    do {
      if (text[at] === '\n' && this.#isOver(at + 1)) return { end: at + 1, hit: this.#hit };
      at = this.#step(at);
      // What goes further is no policy: nothing is known of the rest of the text.
      if (this.#isTooLarge()) at = text.length;
    } while (this.#frames.length > 0 && at < text.length);
    for (const { node } of this.#frames) node.end = Math.max(node.end, at);
    return { end: at, hit: this.#hit };
  }

  #isTooLarge(): boolean {
    return this.#frames.length > MAX_DEPTH || this.#nodes > MAX_NODES;
  }

  #step(at: number): number {
    const { text } = this.#source;
    const character = text[at] ?? '';
    if (' \t\r\n'.includes(character)) return at + 1;
    if (character === '#') return lineEnd(text, at);
    if (character === '[' || character === '{') return this.#open(at, character);
    if (character === ']' || character === '}') return this.#shut(at);
    const top = this.#frames.at(-1);
    if (top === undefined) return at + 1;
    if (character === ',') {
      top.slot = undefined;
      return at + 1;
    }
    if (isColon(text, at, { isFlow: true })) return at + 1;
    return this.#addScalar(top, at);
  }

  #open(at: number, bracket: string): number {
    this.#nodes += 1;
    const top = this.#frames.at(-1);
    const node = top === undefined ? this.#source.node : this.#valueOf(top, at);
    node.kind = bracket === '[' ? 'seq' : 'map';
    node.isFlow = true;
    node.start = at;
    node.end = at + 1;
    this.#frames.push({ node, slot: undefined });
    return at + 1;
  }

  #shut(at: number): number {
    const frame = this.#frames.pop();
    if (frame !== undefined) frame.node.end = at + 1;
    return at + 1;
  }

  #addScalar(top: Frame, at: number): number {
    const { text, indent } = this.#source;
    this.#nodes += 1;
    const token = readScalar(text, at, { isFlow: true, indent });
    if (token.end === at) return at + 1;
    const isKey = top.node.kind === 'map' && top.slot === undefined;
    if (isKey) {
      this.#note('key', top.node, token);
      const { start: keyStart, end: keyEnd, value: name } = token;
      top.slot = addChild(top.node, newNode({ parent: top.node, name, keyStart, keyEnd }));
      return this.#afterKey(token.end, token.quote !== '');
    }
    const node = this.#valueOf(top, at);
    this.#note('value', node, token);
    setScalar(node, token);
    return token.end;
  }

  // After a key in quotes the colon needs no space.
  #afterKey(end: number, isQuoted: boolean): number {
    const { text } = this.#source;
    const colon = skipSpaces(text, end);
    return isQuoted && text[colon] === ':' ? colon + 1 : end;
  }

  #valueOf(top: Frame, at: number): OutlineNode {
    const { node, slot } = top;
    if (slot !== undefined) return slot;
    const name = node.children.length;
    return addChild(node, newNode({ parent: node, name, keyStart: at, keyEnd: at }));
  }

  #isOver(lineStart: number): boolean {
    const { text, indent } = this.#source;
    const content = skipSpaces(text, lineStart);
    const isBlank = content >= lineEnd(text, lineStart);
    return !isBlank && content - lineStart <= indent && !']}'.includes(text[content] ?? '');
  }

  #note(role: CursorHit['role'], node: OutlineNode, { start, end, quote }: ScalarToken): void {
    const { cursor, indent: column } = this.#source;
    if (cursor < start || cursor >= end) return;
    const from = start + quote.length;
    this.#hit = { role, node, start: from, quote, isFlow: true, isInline: true, column };
  }
}
