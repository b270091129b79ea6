import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

import fc from 'fast-check';
import { stringify } from 'yaml';

import { nodeAt, readOutline } from '../../src/language/outline.js';
import type { OutlineNode } from '../../src/language/outline-node.js';
import { readYaml } from '../../src/parse/yaml-text.js';
import { readNode, type ReadNode } from '../../src/parse/yaml-value.js';

const POLICIES = new URL('../../../../../policies/', import.meta.url);

/** What an outline says of a tree, in the form that the YAML parser's tree can be put in too. */
function told(node: OutlineNode): unknown {
  if (node.kind === 'seq') return { at: node.children.map(told) };
  if (node.kind === 'map') {
    return node.children.map((child) => [child.name, child.keyStart, child.keyEnd, told(child)]);
  }
  if (node.kind === 'none') return null;
  // Where a block text ends, the outline does not say.
  return [node.start, node.value === undefined ? undefined : node.end];
}

function parsed(node: ReadNode, text: string): unknown {
  const { value, children, start, end } = node;
  const isBlock = text[start] === '|' || text[start] === '>';
  if (Array.isArray(value))
    return { at: [...children.values()].map((child) => parsed(child, text)) };
  if (typeof value === 'object' && value !== null) {
    return [...children].map(([name, child]) => [
      name,
      child.keyStart,
      child.keyEnd,
      parsed(child, text),
    ]);
  }
  return value === null ? null : [start, isBlock ? undefined : end];
}

function assertAgreement(text: string): void {
  const read = readYaml(text);
  assert.ok('document' in read, JSON.stringify(read));
  assert.deepEqual(
    told(readOutline(text)),
    parsed(readNode(read.document.contents, []), text),
    text,
  );
}

describe('readOutline', () => {
  for (const name of readdirSync(POLICIES, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.yml')) continue;
    it(`reads policies/${name} as the YAML parser does`, () => {
      assertAgreement(readFileSync(new URL(name, POLICIES), 'utf8'));
    });
  }

  const WRITTEN: Readonly<Record<string, string>> = {
    'a list at the indentation of its key': 'when:\n- a\n- b: 1\n  c: 2\nnext: 1\n',
    'flow over lines': 'a: [1,\n  {b: c, d: [e]}, "f"\n  ]\ng: { h: i }\n',
    'texts that look like structure': `a: "b: c # d"\ne: 'it''s: - x'\nf: g#h # i\nk: a:b\n`,
    'comments and empty lines': '# a\n\na: # b\n\n  # c\n  b: 1\n#d\n  c: 2\n',
    'carriage returns': 'a:\r\n  - b: 1\r\n    c: x y\r\n  - d\r\n',
    JSON: '{"a": [{"b":1}, "c"], "d":{"e":"f"}}',
    'dashes in dashes': '- - a\n  - b\n- - c: 1\n    d: 2\n',
    'a value on the next line': 'a:\n  b\nc:\n  [d]\n',
    'a document mark': '---\na: 1\n',
    'keys in quotes': `"a b": 1\n'c': {"d":2}\n`,
  };
  for (const [name, text] of Object.entries(WRITTEN)) {
    it(`agrees with the YAML parser on ${name}`, () => {
      assertAgreement(text);
    });
  }

  it('agrees with the YAML parser on whatever a YAML writer makes of data', () => {
    const word = fc.string({
      unit: fc.constantFrom(...Array.from('ab: #-\'"[]{},*/.1\n')),
      maxLength: 8,
    });
    const { data } = fc.letrec((tie) => ({
      data: fc.oneof({ maxDepth: 4 }, fc.dictionary(word, tie('value'), { maxKeys: 4 })),
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        word,
        fc.integer(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(word, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const style = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE');
    fc.assert(
      fc.property(data, style, fc.boolean(), (value, defaultStringType, indentSeq) => {
        const options = { lineWidth: 0, indentSeq, blockQuote: false } as const;
        const text = stringify(value, { ...options, defaultStringType, defaultKeyType: 'PLAIN' });
        const read = readYaml(text);
        fc.pre(!text.includes('? ') && 'document' in read);
        assertAgreement(text);
      }),
      { numRuns: 300 },
    );
  });

  it('never fails, and stays linear, on any text', () => {
    const unit = fc.constantFrom(...Array.from(' -:#[]{}"\'\n\ra|>,\\?&*!%@`'), '- ', ': ', '\n  ');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (text) => {
        nodeAt(readOutline(text), ['a', 0]);
      }),
    );
  });
});
