import assert from 'node:assert/strict';
import vm from 'node:vm';

import { DEFAULT_JSON_LIMITS, canonicalize } from '../src/index.js';
import { coded } from './support.js';

const unrepresentable = coded('CANONICAL_UNREPRESENTABLE');
const tooLarge = coded('ACTION_TOO_LARGE');

class Money {
  readonly amount = 1;
}

describe('canonicalize', () => {
  it('sorts members by UTF-16 code units, as the RFC 8785 example of section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const names = Object.keys(JSON.parse(canonicalize(value)) as object);
    assert.deepEqual(names.slice(0, 1), ['1']);
    const text = canonicalize(value);
    const order = [
      '"\\r"',
      '"1"',
      '"\u0080"',
      '"\u00f6"',
      '"\u20ac"',
      '"\ud83d\ude00"',
      '"\ufb33"',
    ];
    assert.deepEqual(
      [...order].sort((a, b) => text.indexOf(a) - text.indexOf(b)),
      order,
    );
  });

  it('writes numbers as ECMAScript does, and minus zero as zero', () => {
    assert.equal(
      canonicalize([-0, 333333333.3333333, 1e30, 4.5, 2e-3, 1e-27]),
      '[0,333333333.3333333,1e+30,4.5,0.002,1e-27]',
    );
  });

  it('writes objects without a prototype and objects of another realm', () => {
    const bare: unknown = Object.assign(Object.create(null) as object, { b: 1, a: [2] });
    assert.equal(canonicalize(bare), '{"a":[2],"b":1}');
    assert.equal(canonicalize(vm.runInNewContext('({ b: 1, a: [2] })')), '{"a":[2],"b":1}');
  });

  it('reads a getter once', () => {
    let reads = 0;
    const value = {
      get text() {
        return `read ${++reads}`;
      },
    };
    assert.equal(canonicalize(value), '{"text":"read 1"}');
    assert.equal(reads, 1);
  });

  // Sparse on purpose.
  const sparse: unknown[] = [1];
  sparse[2] = 3;
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  for (const [what, value] of [
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['a hole in an array', sparse],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a BigInt', 1n],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a RegExp', /a/],
    ['a boxed string', Object('text')],
    ['a typed array', new Uint8Array(1)],
    ['an instance of a class', new Money()],
    ['an object that inherits its members', Object.create({ admin: true })],
    ['an object with toJSON', { toJSON: () => ({ other: 1 }) }],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['a member named __proto__', JSON.parse('{"__proto__":1}')],
    [
      'a getter that throws',
      {
        get a(): never {
          throw new Error('hostile');
        },
      },
    ],
    [
      'a getter that throws what is no error',
      {
        get a(): never {
          throw Object.create(null);
        },
      },
    ],
    ['a revoked proxy', revoked.proxy],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => canonicalize(value), unrepresentable);
      assert.throws(() => canonicalize({ nested: [value] }), unrepresentable);
    });
  }

  it('ends a value that contains itself', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = [cycle];
    assert.throws(() => canonicalize(cycle), tooLarge);
  });

  it('ends one long string that is in many places before it is written out', () => {
    const long = 'x'.repeat(1_000_000);
    assert.throws(() => canonicalize(Array.from({ length: 10_000 }, () => long)), tooLarge);
  });

  it('ends a proxy that answers with new members for ever', () => {
    const endless: object = new Proxy(
      {},
      {
        ownKeys: () => ['more'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: () => endless,
      },
    );
    assert.throws(() => canonicalize(endless), tooLarge);
  });

  it('admits exactly the limits', () => {
    assert.equal(canonicalize(['a'], { maxLength: 5, maxDepth: 1, maxNodes: 2 }), '["a"]');
    assert.throws(() => canonicalize(['ab'], { maxLength: 5, maxDepth: 1, maxNodes: 2 }), tooLarge);
    assert.throws(() => canonicalize([[]], { ...DEFAULT_JSON_LIMITS, maxDepth: 1 }), tooLarge);
    assert.throws(() => canonicalize([1, 2], { ...DEFAULT_JSON_LIMITS, maxNodes: 2 }), tooLarge);
  });
});
