import assert from 'node:assert/strict';

import { DEFAULT_JSON_LIMITS, parseStrictJson } from '../src/index.js';
import { coded } from './support.js';

const malformed = coded('ACTION_MALFORMED');
const tooLarge = coded('ACTION_TOO_LARGE');

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads, with escapes and surrounding white space', () => {
    const text = ' {"a":[1,-0.5,1e3,true,false,null,"\\u00e9\\n\\ud83d\\ude00\\/"],"b":{}}\r\n';
    assert.deepEqual(parseStrictJson(text), JSON.parse(text));
    assert.deepEqual(parseStrictJson(Buffer.from(text)), JSON.parse(text));
  });

  for (const [what, text] of [
    ['a duplicate member', '{"a":1,"a":1}'],
    ['a duplicate member spelled with an escape', '{"a":1,"\\u0061":2}'],
    ['a duplicate member in a nested object', '[{"x":{"toString":1,"toString":2}}]'],
    ['a member named __proto__', '{"__proto__":{"admin":true}}'],
    ['a member named __proto__ with an escape', '{"__prot\\u006f__":1}'],
    ['a lone high surrogate', '"\\ud83d"'],
    ['a lone low surrogate in a name', '{"\\ude00":1}'],
    ['surrogates in the wrong order', '"\\ude00\\ud83d"'],
    ['an integer that a double cannot keep', '9007199254740993'],
    ['a fraction that a double cannot keep', '0.1000000000000000055511151231257827'],
    ['a number that overflows', '1e400'],
    ['a number that underflows', '1e-400'],
    ['a leading zero', '01'],
    ['a plus sign', '+1'],
    ['a bare point', '1.'],
    ['NaN', 'NaN'],
    ['a bare minus', '-'],
    ['a hexadecimal number', '0x10'],
    ['an unescaped control character', '"a\u0001"'],
    ['an unescaped newline', '"a\nb"'],
    ['an unknown escape', '"\\x41"'],
    ['an incomplete escape', '"\\u12"'],
    ['an unfinished string', '"abc'],
    ['a trailing comma in an array', '[1,]'],
    ['a trailing comma in an object', '{"a":1,}'],
    ['a missing colon', '{"a" 1}'],
    ['a bare name', '{a:1}'],
    ['an unfinished array', '[1'],
    ['an unfinished object', '{"a":1'],
    ['two documents', '1 2'],
    ['nothing', ''],
    ['a misspelled word', 'nul'],
    ['a comment', '1 // one'],
    ['a byte order mark', '\ufeff1'],
    ['a no-break space', '\u00a01'],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parseStrictJson(text), malformed);
    });
  }

  for (const [what, text] of [
    ['a whole number with a fraction of zeros', '1.0'],
    ['the largest safe integer', '9007199254740991'],
    ['a power of two beyond it', '9007199254740992'],
    ['a large exponent', '123e65'],
    ['a negative exponent', '12.50e-3'],
    ['a zero with any exponent', '0e999999999999'],
    ['the smallest double', '5e-324'],
    ['a long spelling of a short number', `0.5${'0'.repeat(100_000)}`],
  ] as const) {
    it(`keeps ${what}`, () => {
      assert.equal(parseStrictJson(text), Number(text));
    });
  }

  it('keeps constructor, prototype and toString as members of their own', () => {
    const value = parseStrictJson('{"constructor":1,"prototype":2,"toString":3}');
    assert.deepEqual(Object.entries(value ?? {}), [
      ['constructor', 1],
      ['prototype', 2],
      ['toString', 3],
    ]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ]) {
      assert.throws(() => parseStrictJson(Uint8Array.from(bytes)), malformed);
    }
  });

  it('says where the text went wrong', () => {
    assert.throws(() => parseStrictJson('{"a":1,"a":2}'), /offset 7/);
  });
});

describe('the limits of parseStrictJson', () => {
  it('end a nesting of 100,000 without exhausting the stack', () => {
    assert.throws(() => parseStrictJson('['.repeat(100_000)), tooLarge);
    assert.throws(() => parseStrictJson('{"a":'.repeat(100_000)), tooLarge);
  });

  it('admit exactly the depth they name', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const { maxDepth } = DEFAULT_JSON_LIMITS;
    assert.ok(Array.isArray(parseStrictJson(nested(maxDepth))));
    assert.throws(() => parseStrictJson(nested(maxDepth + 1)), tooLarge);
  });

  it('end an object of a million members', () => {
    const text = `{${Array.from({ length: 1_000_000 }, (_, n) => `"${n.toString(36)}":0`).join(',')}}`;
    assert.throws(
      () => parseStrictJson(text, { ...DEFAULT_JSON_LIMITS, maxLength: 1e9 }),
      tooLarge,
    );
  });

  it('admit exactly the values they name', () => {
    const limits = { ...DEFAULT_JSON_LIMITS, maxNodes: 3 };
    assert.deepEqual(parseStrictJson('[1,2]', limits), [1, 2]);
    assert.throws(() => parseStrictJson('[1,2,3]', limits), tooLarge);
  });

  it('admit exactly the length they name', () => {
    const limits = { ...DEFAULT_JSON_LIMITS, maxLength: 4 };
    assert.equal(parseStrictJson('"ab"', limits), 'ab');
    assert.throws(() => parseStrictJson('"abc"', limits), tooLarge);
    assert.throws(() => parseStrictJson(Buffer.from('"\u00e9b"'), limits), tooLarge);
  });

  it('read a string as long as they allow', () => {
    const text = `"${'x'.repeat(DEFAULT_JSON_LIMITS.maxLength - 2)}"`;
    assert.equal(parseStrictJson(text), text.slice(1, -1));
  });
});
