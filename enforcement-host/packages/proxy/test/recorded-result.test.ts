import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';

import { canonicalize } from '@axtary/core';
import fc from 'fast-check';

import { recordedResult } from '../src/pipeline/recorded-result.js';

const PEM = [
  '-----BEGIN EC PRIVATE KEY-----',
  'Proc-Type: 4,ENCRYPTED',
  '',
  'MHcCAQEEIAcanary',
  '-----END EC PRIVATE KEY-----',
].join('\n');

/** Secrets by their form alone. */
const BY_FORM = [
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((prefix) => `${prefix}_${'a1'.repeat(18)}`),
  `github_pat_${'b2'.repeat(20)}`,
  'xoxb-1234567890-abcdefghij',
  'xoxp-1234567890-abcdefghij',
  'AKIAIOSFODNN7EXAMPLE',
  'ASIAIOSFODNN7EXAMPLE',
  `sk_live_${'c3'.repeat(12)}`,
  `AIza${'d4'.repeat(18)}`,
  'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.',
  'Bearer abcdef0123456789',
  'bEARER  abcdef0123456789==',
  PEM,
];

const NAMES = ['Authorization', 'authorization', 'Set-Cookie', 'x_api-key', 'apiKey', 'API_KEY']
  .concat(['password', 'DB_PASSWORD', 'clientSecret', 'client-secret', 'private_key', 'idToken'])
  .concat(['secret', 'aws_secret_access_key', 'AWS_SESSION_TOKEN', 'auth', 'pwd', 'credentials']);

/** What no text may hold: told from everything around it. */
const CANARY = 'q7CanaryZx93';

function recorded(value: unknown): ReturnType<typeof recordedResult> {
  return recordedResult(canonicalize(value));
}

/** What of a secret no text may hold, also where the secret is cut. */
function secretPartOf(secret: string): string {
  return secret === PEM ? 'Proc-Type' : secret.slice(0, 16);
}

const noise = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\n', '-', 'é', '😀') });

describe('recordedResult', () => {
  it('keeps a short answer as it is, in canonical form', () => {
    assert.deepEqual(recorded({ ok: true, n: [1, null, 'ä"\n'], a: { b: {} } }), {
      text: '{"a":{"b":{}},"n":[1,null,"ä\\"\\n"],"ok":true}',
    });
    for (const value of [null, 12.5, '', [], {}]) {
      assert.deepEqual(recorded(value), { text: canonicalize(value) });
    }
  });

  it('takes out the value of every member whose name says that it is secret', () => {
    for (const name of NAMES) {
      for (const value of [CANARY, [CANARY], { deep: [{ [CANARY]: CANARY }, '}"]'] }]) {
        assert.deepEqual(recorded({ [name]: value, z: 1 }), {
          text: `{${JSON.stringify(name)}:"[redacted]","z":1}`,
          redacted: 1,
        });
      }
    }
  });

  it('leaves values that are no secret, whatever their name', () => {
    const value = { hasPassword: false, max_tokens: 5, nextToken: null, secretary: 'Ada' };
    assert.deepEqual(recorded(value), { text: canonicalize(value) });
  });

  it('takes out what texts say under such a name', () => {
    const texts = [
      `password=${CANARY}`,
      `"client_secret": "${CANARY}\\"${CANARY}"`,
      JSON.stringify({ content: JSON.stringify({ apiKey: CANARY }) }),
      `Authorization: Basic ${CANARY}==`,
      `authorization: Bearer ${CANARY.slice(0, 7)}`,
      `Cookie: a=1; session=${CANARY}; b=2`,
      `AWS_SECRET_ACCESS_KEY='${CANARY} ${CANARY}'`,
      `https://ada:${CANARY}@example.com/`,
    ];
    for (const text of texts) {
      const { text: kept, redacted } = recorded({ content: [{ type: 'text', text }] });
      assert.ok(!kept.includes(CANARY.slice(0, 7)), kept);
      assert.equal(redacted, 1, kept);
    }
  });

  it('lets no known form of a secret through, wherever it stands', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BY_FORM), noise, noise, (secret, before, after) => {
        const text = `${before} ${secret} ${after}`;
        for (const value of [
          text,
          [text],
          { a: { [text]: text } },
          JSON.stringify({ a: [text] }),
        ]) {
          const kept = recorded(value).text;
          assert.ok(!kept.includes(secret.slice(7, 15)), kept);
        }
      }),
    );
  });

  it('lets no secret through where the answer is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...BY_FORM), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 16_384 - 700, max: 16_384 }),
        (secrets, length) => {
          // What is taken out makes room, so that all that is read is kept.
          const filler = `${PEM} `.repeat(200).slice(0, length);
          const whole = filler.slice(0, filler.lastIndexOf(PEM.slice(0, 10)));
          const text = whole + 'x '.repeat((length - whole.length) >> 1) + secrets.join(' ');
          for (const value of [text, [text], { [text]: text }]) {
            const kept = recorded(value).text;
            for (const secret of secrets) assert.ok(!kept.includes(secretPartOf(secret)), kept);
          }
        },
      ),
    );
  });

  it('changes nothing more when what it kept is read again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...BY_FORM, ...NAMES, '=', ': ', ' ', 'x')), (parts) => {
        const once = recorded(parts.join('')).text;
        fc.pre(once.length < 4096);
        assert.equal(recordedResult(once).text, once);
      }),
    );
  });

  it('is the beginning of the canonical form where there is no secret', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const text = canonicalize(JSON.parse(JSON.stringify(value)));
        const kept = recordedResult(text);
        fc.pre(kept.redacted === undefined);
        assert.ok(text.startsWith(kept.text));
      }),
    );
  });

  it('is never longer than a record keeps, nor cut through a character', () => {
    const wellFormed = fc.string({ unit: 'binary', minLength: 2000, maxLength: 9000 });
    fc.assert(
      fc.property(wellFormed, (text) => {
        const kept = recorded([text]);
        assert.ok(kept.text.length <= 4096 && kept.text.isWellFormed());
        assert.ok(!kept.text.includes('\uFFFD') || text.includes('\uFFFD'));
        assert.equal(kept.truncated === true, canonicalize([text]).length > 4096);
      }),
      { endOnFailure: true },
    );
  });

  it('does the same bounded work on an answer of any length', () => {
    const hostile = [
      'eyJ',
      'token=',
      '-----BEGIN PRIVATE KEY-----',
      'cookie:',
      '"',
      '\\\\',
      '://a:',
    ]
      .concat(['ghp_', 'Bearer ', '[', '{"a":', 'password=basic ', '-----END ', 'a', '"a",'])
      .map((unit) => unit.repeat(Math.ceil((4 * 1024 * 1024) / unit.length)));
    const huge = `["${'ghp_'.repeat(16 * 1024 * 1024)}"]`;
    const texts = [huge, ...hostile, ...hostile.map((text) => `"${text}`)];
    // Only so are they whole in memory before the time is taken.
    assert.ok(texts.every((text) => text.endsWith(text.at(-1) ?? '')));
    const begin = performance.now();
    for (const text of texts) {
      const kept = recordedResult(text);
      assert.ok(kept.text.length <= 4096);
      assert.equal(kept.truncated, true);
    }
    const spent = performance.now() - begin;
    assert.ok(spent < 1000, `${spent} ms`);
  });
});
