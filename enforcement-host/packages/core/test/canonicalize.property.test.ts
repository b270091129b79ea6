import assert from 'node:assert/strict';

import fc from 'fast-check';

import { ActionError, canonicalize, parseStrictJson, type JsonValue } from '../src/index.js';

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }).filter(isIJson);

/** Leaves out what I-JSON cannot say. */
function isIJson(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(
    ([name, member]) => name !== '__proto__' && name.isWellFormed() && isIJson(member),
  );
}

describe('canonical JSON', () => {
  it('is what canonicalize writes again after strict parsing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalize(value);
        assert.equal(canonicalize(parseStrictJson(text)), text);
        assert.equal(canonicalize(parseStrictJson(Buffer.from(text))), text);
      }),
      { numRuns: 2000 },
    );
  });

  it('means the same value to JSON.parse and to parseStrictJson', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseStrictJson(text), JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        if (Object.hasOwn(value, '__proto__')) return;
        assert.equal(canonicalize(reversed), canonicalize(value));
      }),
    );
  });

  it('tells different values apart', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const isSame = isEqual(a as JsonValue, b as JsonValue);
        assert.equal(canonicalize(a) === canonicalize(b), isSame);
      }),
    );
  });

  it('is reached or refused with a code from any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), mutatedJson()), (text) => {
        try {
          canonicalize(parseStrictJson(text));
        } catch (error) {
          assert.ok(error instanceof ActionError, String(error));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('is accepted by JSON.parse whenever strict parsing accepts the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), mutatedJson()), (text) => {
        let value: JsonValue;
        try {
          value = parseStrictJson(text);
        } catch {
          return;
        }
        assert.deepEqual(value, JSON.parse(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('leaves Object.prototype as it was', () => {
    assert.deepEqual(Object.keys(Object.prototype), []);
    assert.equal(({} as Record<string, unknown>)['admin'], undefined);
  });
});

/** JSON with one character replaced: near misses are where parsers disagree. */
function mutatedJson(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom(...Array.from('{}[]":,0-+.eE\\u\u0000 tfn')))
    .map(([text, at, character]) => {
      const where = at % (text.length + 1);
      return text.slice(0, where) + character + text.slice(where + 1);
    });
}

function isEqual(a: JsonValue, b: JsonValue): boolean {
  try {
    assert.deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
    return true;
  } catch {
    return false;
  }
}
