import assert from 'node:assert/strict';

import fc from 'fast-check';

import { Revocations, type Revocable, type RevocationRecord } from '../../src/index.js';

// A small universe, so that most cases hit or nearly hit; names occur as every kind of value.
const name = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor', '');
const text = name.filter((value) => value !== '');
const second = fc.integer({ min: 1_700_000_000, max: 1_700_000_008 });
const millisecond = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_009_000 });

const stated = { id: text, reason: fc.constant('r'), by: fc.constant('b'), at: fc.constant('t') };
const record: fc.Arbitrary<RevocationRecord> = fc.oneof(
  fc.record({
    version: fc.constant(1 as const),
    ...stated,
    kind: fc.constantFrom('pass', 'agent', 'task', 'key', 'delegation'),
    value: text,
  }),
  fc.record({
    version: fc.constant(1 as const),
    ...stated,
    kind: fc.constant('all' as const),
    value: millisecond.map((ms) => new Date(ms).toISOString()),
  }),
);
const claims: fc.Arbitrary<Revocable> = fc.record({
  jti: name,
  sub: name,
  task: name,
  iat: second,
  delegation: fc.option(
    fc.oneof(fc.record({ root: name, parent: name }), fc.record({ root: name })),
    { nil: undefined },
  ),
});

/** The rules as the documentation has them, one record at a time. */
function refuses({ kind, value }: RevocationRecord, pass: Revocable, kid: string): boolean {
  switch (kind) {
    case 'pass':
      return pass.jti === value;
    case 'agent':
      return pass.sub === value;
    case 'task':
      return pass.task === value;
    case 'key':
      return kid === value;
    case 'delegation':
      return [pass.jti, pass.delegation?.root, pass.delegation?.parent].includes(value);
    case 'all':
      return new Date(pass.iat * 1000) <= new Date(value);
  }
}

describe('Revocations', () => {
  it('refuse exactly what a scan of all records refuses', () => {
    let revoked = 0;
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), claims, name, (records, pass, kid) => {
        const expected = records.some((one) => refuses(one, pass, kid));
        const index = new Revocations(records);
        assert.equal(index.isRevoked(pass, kid), expected);
        assert.equal(index.problem(pass, kid) !== undefined, expected);
        if (expected) revoked++;
      }),
      { numRuns: 20_000 },
    );
    assert.ok(revoked > 2_000 && revoked < 18_000, `${revoked} of 20,000 were revoked`);
  });

  it('never take back: more records refuse more', () => {
    fc.assert(
      fc.property(fc.array(record), fc.array(record), claims, (some, more, pass) => {
        const index = new Revocations(some);
        const before = index.isRevoked(pass, 'k');
        for (const one of more) index.add(one);
        if (before) assert.equal(index.isRevoked(pass, 'k'), true);
      }),
    );
  });

  it('do not depend on their order', () => {
    fc.assert(
      fc.property(fc.array(record), claims, (records, pass) => {
        const backwards = new Revocations([...records].reverse());
        assert.equal(backwards.isRevoked(pass, 'k'), new Revocations(records).isRevoked(pass, 'k'));
      }),
    );
  });
});
