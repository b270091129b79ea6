import type { TextEdit } from './environment.js';
import type { OutlineNode } from './outline-node.js';
import { childOf, nodeAt, readOutline } from './outline.js';
import { valueOf } from './outline-value.js';
import { rangesOf } from './position.js';
import { lineEnd } from './scalar.js';

/**
 * Adds a rule behind those that a text has, in the text's own style.
 *
 * @param snippet One element of a list, as `ruleFromDecision` writes it.
 */
export function insertRule(text: string, snippet: string): readonly TextEdit[] {
  const root = readOutline(text);
  const policies = childOf(root, 'policies');
  const { at, until = at, newText } = insertion({ text, root, snippet }, policies);
  return [{ range: rangesOf(text)(at, until), newText }];
}

interface Source {
  readonly text: string;
  readonly root: OutlineNode;
  readonly snippet: string;
}

interface Insertion {
  readonly at: number;
  readonly until?: number;
  readonly newText: string;
}

function insertion(source: Source, policies: OutlineNode | undefined): Insertion {
  const { text, root, snippet } = source;
  if (root.isFlow) return intoBrackets(source, policies);
  if (policies === undefined) return atEnd(text, `policies:\n${snippet}`);
  if (policies.isFlow) {
    if (policies.children.length > 0) return intoBrackets(source, policies);
    const rest = text.slice(policies.end, lineEnd(text, policies.end));
    const end = policies.end + rest.length;
    return { at: policies.keyEnd, until: end, newText: `:${rest.trimEnd()}\n${snippet.trimEnd()}` };
  }
  const last = policies.children.at(-1);
  if (last === undefined) {
    const end = lineEnd(text, policies.keyEnd);
    return { at: end, newText: `\n${snippet.trimEnd()}` };
  }
  return behind(last, source);
}

function atEnd(text: string, lines: string): Insertion {
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  const isEmpty = text.trim() === '';
  return { at: text.length, newText: `${gap}${isEmpty ? '' : '\n'}${lines}` };
}

function behind(last: OutlineNode, { text, snippet }: Source): Insertion {
  const column = last.keyStart - (text.lastIndexOf('\n', last.keyStart - 1) + 1);
  const lines = reindented(snippet, column);
  const previous = last.parent?.children.at(-2);
  const between = previous === undefined ? '' : text.slice(previous.end, last.keyStart);
  const isSpaced = previous === undefined || /\n[ \t]*\r?\n/.test(between);
  const at = lineEnd(text, Math.max(last.end, last.keyEnd));
  return { at, newText: `\n${isSpaced ? '\n' : ''}${lines}` };
}

function reindented(snippet: string, column: number): string {
  return snippet
    .trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('  ') ? ' '.repeat(column) + line.slice(2) : line))
    .join('\n');
}

// What is written in brackets stays so: the rule as JSON, which is YAML too.
function intoBrackets({ root, snippet }: Source, policies: OutlineNode | undefined): Insertion {
  const [rule] = ruleOf(snippet);
  const json = JSON.stringify(rule);
  const list = policies ?? root;
  const entry = policies === undefined ? `"policies": [${json}]` : json;
  const gap = list.children.length === 0 ? '' : ', ';
  return { at: Math.max(list.start + 1, list.end - 1), newText: `${gap}${entry}` };
}

function ruleOf(snippet: string): readonly unknown[] {
  const text = `policies:\n${snippet}`;
  const node = nodeAt(readOutline(text), ['policies', 0]);
  return node === undefined ? [] : [valueOf(node, text)];
}
