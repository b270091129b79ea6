import assert from 'node:assert/strict';

import fc from 'fast-check';

import { splitVisible, visibleText } from '../src/visible-text.js';

const HIDDEN = {
  'controls and ANSI': [0x00, 0x07, 0x08, 0x09, 0x0a, 0x0d, 0x1b, 0x7f, 0x85, 0x9b],
  'bidirectional controls': [
    0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
  ],
  'zero-width characters': [0x00ad, 0x034f, 0x180e, 0x200b, 0x200c, 0x200d, 0x2060, 0x2061, 0xfeff],
  'variation selectors': [0xfe00, 0xfe0f, 0xe0100, 0xe01ef, 0x180b],
  'tag characters': [0xe0001, 0xe0020, 0xe0041, 0xe007f],
  'fillers and blanks': [0x115f, 0x1160, 0x17b4, 0x2800, 0x3164, 0xffa0],
  'spaces that are not a space': [0x00a0, 0x1680, 0x2000, 0x2007, 0x202f, 0x205f, 0x3000],
  separators: [0x2028, 0x2029],
  'private, unassigned and lone': [0xe000, 0xf0000, 0x10fffd, 0x0378, 0xffff, 0xd800, 0xdfff],
  'musical and interlinear formats': [0x1d173, 0xfff9, 0xfffb],
} as const;

describe('visible text', () => {
  for (const [kind, codePoints] of Object.entries(HIDDEN)) {
    it(`marks ${kind}`, () => {
      for (const codePoint of codePoints) {
        const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
        const text = `a${String.fromCodePoint(codePoint)}b`;
        assert.equal(visibleText(text), `a⟨${name}⟩b`);
      }
    });
  }

  it('leaves what can be seen as it is', () => {
    const text = 'Grüße, 你好, שלום, नमस्ते, é, 🙂 — "quoted" <b>&amp;</b>';
    assert.equal(visibleText(text), text);
  });

  it('loses and adds nothing: the runs joined are the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const runs = splitVisible(text);
        assert.equal(runs.map((run) => run.text).join(''), text);
        assert.ok(runs.every((run) => run.text !== ''));
      }),
    );
  });
});
