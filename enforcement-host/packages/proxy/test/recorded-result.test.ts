import assert from 'node:assert/strict';

import fc from 'fast-check';

import { recordedResult } from '../src/pipeline/recorded-result.js';

const CANARIES = [
  `ghp_${'a1'.repeat(18)}`,
  `github_pat_${'b2'.repeat(20)}`,
  'xoxb-1234567890-abcdefghij',
  'AKIAIOSFODNN7EXAMPLE',
  `sk_live_${'c3'.repeat(12)}`,
  `AIza${'d4'.repeat(18)}`,
  'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ',
  'Bearer abcdef0123456789',
  '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA\n-----END EC PRIVATE KEY-----',
];

describe('recordedResult', () => {
  it('keeps a short answer as it is', () => {
    assert.deepEqual(recordedResult({ ok: true, n: [1, null, 'ä'] }), {
      text: '{"ok":true,"n":[1,null,"ä"]}',
    });
  });

  it('takes out values whose names say that they are secret', () => {
    const result = { Authorization: 'x', 'api-key': { a: 1 }, client_secret: 's', token: null };
    const { text, redacted } = recordedResult(result);
    assert.equal(
      text,
      '{"Authorization":"[redacted]","api-key":"[redacted]","client_secret":"[redacted]","token":null}',
    );
    assert.equal(redacted, 3);
  });

  it('lets no known form of a secret through, wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CANARIES),
        fc.string({ unit: fc.constantFrom('a', ' ', '"', '\n', 'é'), maxLength: 6000 }),
        fc.string({ maxLength: 50 }),
        (canary, before, after) => {
          const text = `${before} ${canary} ${after}`;
          for (const result of [text, [text], { a: { [text]: text } }]) {
            const kept = recordedResult(result).text;
            assert.ok(!kept.includes(JSON.stringify(canary).slice(1, -1)));
          }
        },
      ),
    );
  });

  it('is never longer than a record keeps, nor cut through a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 3000, maxLength: 9000 }), (text) => {
        const kept = recordedResult([text]);
        assert.ok(kept.text.length <= 4096 && kept.text.isWellFormed());
        assert.equal(kept.truncated === true, JSON.stringify([text]).length > 4096);
      }),
    );
  });

  it('does bounded work on an answer of any size', () => {
    const huge = Array.from({ length: 200_000 }, () => 'ghp_'.repeat(100));
    const { truncated, text } = recordedResult(huge);
    assert.equal(truncated, true);
    assert.equal(text.length, 4096);
  });
});
