import assert from 'node:assert/strict';

import fc from 'fast-check';

import { countHidden, payloadLines, type PayloadLine } from '../src/model/payload-lines.js';

function shown(lines: readonly PayloadLine[]): string[] {
  return lines.map(({ number, indent, runs }) => {
    const text = runs.map((run) => (run.kind === 'hidden' ? `⟨${run.text}⟩` : run.text)).join('');
    return `${number ?? '|'} ${'  '.repeat(indent)}${text}`;
  });
}

describe('layout of a payload', () => {
  it('shows every token as it is written', () => {
    assert.deepEqual(shown(payloadLines('{"a":[1,true,null],"b":{},"c":[],"n":1e+21}')), [
      '1 {',
      '2   "a": [',
      '3     1,',
      '4     true,',
      '5     null',
      '6   ],',
      '7   "b": {},',
      '8   "c": [],',
      '9   "n": 1e+21',
      '10 }',
    ]);
  });

  it('shows a line feed and then breaks, without a number, so that text cannot pass for structure', () => {
    assert.deepEqual(shown(payloadLines(JSON.stringify({ a: 'one\n"}, "b": 2' }))), [
      '1 {',
      '2   "a": "one\\n',
      '|   \\"}, \\"b\\": 2"',
      '3 }',
    ]);
  });

  it('marks hidden and control characters, in keys too, and counts them', () => {
    const lines = payloadLines('{"k\u200b":"\\u001b[31m \u202e \\r\\t"}');
    assert.equal(shown(lines)[1], '2   "k⟨U+200B⟩": "⟨U+001B⟩[31m ⟨U+202E⟩ ⟨U+000D⟩\\t"');
    assert.equal(countHidden(lines), 4);
  });

  it('keeps long strings whole', () => {
    const long = 'x'.repeat(1_000_000);
    const text = shown(payloadLines(JSON.stringify({ long })));
    assert.ok(text[1]?.includes(long));
  });

  it('leaves nothing out: what is shown, put together, is the text', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const canonical = JSON.stringify(JSON.parse(json));
        const whole = payloadLines(canonical)
          .flatMap(({ runs }) => runs)
          .map(({ kind, text }) => (kind === 'punctuation' ? text.trim() : text))
          .join('');
        assert.equal(unmarked(whole), unmarked(canonical));
      }),
    );
  });
});

/** Without what is shown as a mark: that is covered above. */
function unmarked(text: string): string {
  return text.replace(/U\+[0-9A-F]{4,6}|\\u[0-9a-f]{4}|\\[bfr]|[^\x20-\x7e]/g, '');
}
