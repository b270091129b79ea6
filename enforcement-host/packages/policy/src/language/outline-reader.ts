import { readFlow } from './flow-reader.js';
import {
  addChild,
  MAX_DEPTH,
  MAX_LINES,
  MAX_NODES,
  newNode,
  setEnds,
  setScalar,
  type CursorHit,
  type OutlineNode,
} from './outline-node.js';
import { isColon, lineEnd, readScalar, skipSpaces, type ScalarToken } from './scalar.js';

/** A block mapping or list that further lines may continue. */
interface Frame {
  readonly indent: number;
  readonly kind: 'map' | 'seq';
  readonly node: OutlineNode;
}

const MARK = /^(?:---|\.\.\.)\s*$/;

/** Reads an outline line by line. See `readOutline`. */
export class OutlineReader {
  readonly #text: string;
  readonly #cursor: number;
  readonly #frames: Frame[] = [];
  readonly #root = newNode({ parent: undefined, name: '', keyStart: 0, keyEnd: 0 });
  #hit: CursorHit | undefined;
  #nodes = 0;

  constructor(text: string, cursor = -1) {
    this.#text = text;
    this.#cursor = cursor;
  }

  read(): { readonly root: OutlineNode; readonly hit: CursorHit | undefined } {
    let at = 0;
    for (let line = 0; line < MAX_LINES && at < this.#text.length; line++) {
      at = this.#readLine(at);
      if (this.#nodes > MAX_NODES) break;
    }
    setEnds(this.#root);
    return { root: this.#root, hit: this.#hit };
  }

  #readLine(start: number): number {
    const text = this.#text;
    const end = lineEnd(text, start);
    let at = start;
    while (text[at] === ' ') at++;
    const isMark =
      at === start &&
      '-.'.includes(text[at] ?? '\n') &&
      MARK.test(text.slice(at, Math.min(end, at + 8)));
    if (isMark || this.#isBlank(at)) return end + 1;
    return this.#readContent(at, at - start);
  }

  // Dashes may stand before each other and before a key on one line.
  #readContent(start: number, startColumn: number): number {
    const text = this.#text;
    let at = start;
    let column = startColumn;
    while (isDash(text, at)) {
      if (this.#frames.length > MAX_DEPTH) return lineEnd(text, at) + 1;
      this.#addElement(at, column);
      const next = skipSpaces(text, at + 1);
      if (this.#isBlank(next)) return lineEnd(text, next) + 1;
      column += next - at;
      at = next;
    }
    if (isFlowStart(text[at])) return this.#readFlow(this.#ownerAt(column), at);
    const token = readScalar(text, at, { isFlow: false, indent: column - 1 });
    const colon = skipSpaces(text, token.end);
    if (isColon(text, colon, { isFlow: token.quote !== '' })) {
      return this.#readEntry(token, colon, column);
    }
    this.#addScalar(token, column);
    return lineEnd(text, token.end) + 1;
  }

  #readEntry(key: ScalarToken, colon: number, column: number): number {
    const text = this.#text;
    const entry = this.#addEntry(key, column);
    const at = skipSpaces(text, colon + 1);
    if (this.#isBlank(at)) return lineEnd(text, at) + 1;
    if (isFlowStart(text[at])) return this.#readFlow(entry, at, column);
    if (text[at] === '|' || text[at] === '>') return this.#skipBlockText(entry, at, column);
    const token = readScalar(text, at, { isFlow: false, indent: column });
    this.#note({ role: 'value', node: entry, token, column, isInline: true });
    setScalar(entry, token);
    // A colon further on is a mistake that the parser reports.
    return lineEnd(text, token.end) + 1;
  }

  #readFlow(owner: OutlineNode | undefined, at: number, indent = this.#indentNow()): number {
    const node = owner ?? newNode({ parent: this.#root, name: '', keyStart: at, keyEnd: at });
    const cursor = this.#cursor;
    const { end, hit } = readFlow({ text: this.#text, at, indent, cursor, node });
    this.#hit ??= hit;
    const rest = lineEnd(this.#text, end);
    return this.#text[end - 1] === '\n' ? end : rest + 1;
  }

  #skipBlockText(entry: OutlineNode, at: number, indent: number): number {
    const text = this.#text;
    let end = lineEnd(text, at);
    while (end < text.length) {
      const next = end + 1;
      const content = skipSpaces(text, next);
      const isInside = content - next > indent || content >= lineEnd(text, next);
      if (!isInside) break;
      end = lineEnd(text, next);
    }
    entry.kind = 'scalar';
    entry.start = at;
    entry.end = end;
    return end + 1;
  }

  #addElement(at: number, column: number): void {
    this.#nodes += 1;
    this.#close((top) => {
      if (top.indent !== column || top.kind === 'seq') return top.indent > column;
      return top.node.children.at(-1)?.kind !== 'none';
    });
    const top = this.#frames.at(-1);
    const isNext = top?.kind === 'seq' && top.indent === column;
    const list = isNext ? top.node : (lastOf(top) ?? this.#root);
    if (!isNext) this.#frames.push({ indent: column, kind: 'seq', node: list });
    list.kind = 'seq';
    const name = list.children.length;
    addChild(list, newNode({ parent: list, name, keyStart: at, keyEnd: at + 1 }));
  }

  #addEntry(key: ScalarToken, column: number): OutlineNode {
    this.#nodes += 1;
    this.#close((top) => top.indent > column || (top.indent === column && top.kind === 'seq'));
    const top = this.#frames.at(-1);
    const isNext = top?.kind === 'map' && top.indent === column;
    const map = isNext ? top.node : (lastOf(top) ?? this.#root);
    if (!isNext) this.#frames.push({ indent: column, kind: 'map', node: map });
    map.kind = 'map';
    const { start: keyStart, end: keyEnd, value: name } = key;
    return addChild(map, newNode({ parent: map, name, keyStart, keyEnd }));
  }

  #addScalar(token: ScalarToken, column: number): void {
    const owner = this.#ownerAt(column);
    if (owner === undefined) {
      const top = this.#frames.at(-1);
      if (top?.kind !== 'map') return;
      this.#note({ role: 'key', node: top.node, token, column, isInline: false });
      return;
    }
    if (owner.kind === 'none') {
      this.#note({ role: 'value', node: owner, token, column, isInline: false });
      setScalar(owner, token);
      return;
    }
    // The next line of a plain text.
    if (owner.kind !== 'scalar' || owner.value === undefined) return;
    owner.value = `${owner.value} ${token.value}`;
    owner.end = token.end;
  }

  /** What a value at a column belongs to; `undefined` where a key would stand there. */
  #ownerAt(column: number): OutlineNode | undefined {
    this.#close(({ indent }) => indent > column);
    let top = this.#frames.at(-1);
    if (top === undefined) return this.#root;
    if (top.kind === 'seq' && top.indent === column) {
      this.#frames.pop();
      top = this.#frames.at(-1);
    }
    return top === undefined || top.indent === column ? undefined : lastOf(top);
  }

  #close(isOver: (top: Frame) => boolean): void {
    for (let top = this.#frames.at(-1); top !== undefined && isOver(top);) {
      this.#frames.pop();
      top = this.#frames.at(-1);
    }
  }

  #indentNow(): number {
    return this.#frames.at(-1)?.indent ?? -1;
  }

  #isBlank(at: number): boolean {
    const character = this.#text[at];
    if (character === undefined || character === '\n') return true;
    return character === '\r' ? this.#text[at + 1] === '\n' : character === '#';
  }

  #note(
    place: Pick<CursorHit, 'role' | 'node' | 'column' | 'isInline'> & {
      readonly token: ScalarToken;
    },
  ): void {
    if (this.#cursor < place.token.start || this.#cursor >= place.token.end) return;
    const { token, ...rest } = place;
    const start = token.start + token.quote.length;
    this.#hit = { ...rest, start, quote: token.quote, isFlow: false };
  }
}

function lastOf(frame: Frame | undefined): OutlineNode | undefined {
  return frame?.node.children.at(-1);
}

function isDash(text: string, at: number): boolean {
  const next = text[at + 1];
  return text[at] === '-' && (next === undefined || next === ' ' || next === '\n' || next === '\r');
}

function isFlowStart(character: string | undefined): boolean {
  return character === '[' || character === '{';
}
