import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';
import fc from 'fast-check';
import { compactVerify } from 'jose';

import {
  createRevocation,
  statusListEntries,
  statusListToken,
  type ListedPass,
  type RevocationKind,
  type Status,
} from '../../src/index.js';
import { SECONDS, clock, publicKey, signer } from '../support.js';

const uri = 'https://axtary.test/status/1';
const base = { signer, uri, ttl: 60, clock };

interface Claims {
  readonly ttl: number;
  readonly status_list: { readonly bits: 1 | 2 | 4 | 8; readonly lst: string };
}

async function readClaims(token: string): Promise<Claims> {
  const { payload, protectedHeader } = await compactVerify(token, publicKey);
  assert.deepEqual(protectedHeader, { alg: 'ES256', kid: signer.kid, typ: 'statuslist+jwt' });
  return JSON.parse(Buffer.from(payload).toString()) as Claims;
}

/** Section 4.1 of the draft by hand: index 0 is in the lowest bits of the first byte. */
function statusAt({ status_list: { bits, lst } }: Claims, index: number): number | undefined {
  const bytes = inflateSync(Buffer.from(lst, 'base64url'));
  const at = index * bits;
  const byte = bytes[Math.floor(at / 8)];
  return byte === undefined ? undefined : (byte >> (at % 8)) & (2 ** bits - 1);
}

describe('statusListToken', () => {
  it('has the claims of a Status List Token', async () => {
    const token = await statusListToken({ ...base, size: 16, entries: [], expiresIn: 3600 });
    const { status_list: list, ...claims } = await readClaims(token);
    assert.deepEqual(claims, { sub: uri, iat: SECONDS, exp: SECONDS + 3600, ttl: 60 });
    assert.deepEqual(Object.keys(list).sort(), ['bits', 'lst']);
    assert.match(list.lst, /^[A-Za-z0-9_-]+$/);
  });

  it('has the bytes of the example of section 4.1, one bit an index', async () => {
    const set = [0, 3, 4, 5, 7, 8, 9, 13, 15];
    const entries = set.map((index) => ({ index, status: 'invalid' as const }));
    const claims = await readClaims(await statusListToken({ ...base, size: 16, entries }));
    const bytes = inflateSync(Buffer.from(claims.status_list.lst, 'base64url'));
    assert.deepEqual([claims.status_list.bits, bytes.toString('hex')], [1, 'b9a3']);
  });

  it('takes two bits an index where anything is suspended', async () => {
    const entries = [
      { index: 0, status: 'invalid' },
      { index: 1, status: 'suspended' },
      { index: 3, status: 'valid' },
    ] as const;
    const claims = await readClaims(await statusListToken({ ...base, size: 5, entries }));
    assert.equal(claims.status_list.bits, 2);
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((index) => statusAt(claims, index)),
      [1, 2, 0, 0, 0],
    );
  });

  it('reads back as it was written, by hand and by the library', async () => {
    const statuses = fc.array(fc.constantFrom<Status>('valid', 'invalid', 'suspended'), {
      minLength: 1,
      maxLength: 100,
    });
    await fc.assert(
      fc.asyncProperty(statuses, async (list) => {
        const entries = list.map((status, index) => ({ index, status }));
        const token = await statusListToken({ ...base, size: list.length, entries });
        const claims = await readClaims(token);
        const byLibrary = getListFromStatusListJWT(token);
        for (const [index, status] of list.entries()) {
          const expected = ['valid', 'invalid', 'suspended'].indexOf(status);
          assert.equal(statusAt(claims, index), expected);
          assert.equal(byLibrary.getStatus(index), expected);
        }
      }),
    );
  });

  it('holds a million indices in a small token', async () => {
    const entries = Array.from({ length: 1000 }, (_, n) => ({
      index: n * 997,
      status: 'invalid' as const,
    }));
    const token = await statusListToken({ ...base, size: 1_000_000, entries });
    assert.ok(token.length < 8_000, `${token.length}`);
    const claims = await readClaims(token);
    assert.deepEqual([statusAt(claims, 997), statusAt(claims, 998)], [1, 0]);
  });

  const invalid = 'invalid' as const;
  for (const [what, changes] of [
    ['an index behind the list', { entries: [{ index: 8, status: invalid }] }],
    ['a negative index', { entries: [{ index: -1, status: invalid }] }],
    ['a broken index', { entries: [{ index: 0.5, status: invalid }] }],
    [
      'two statuses of one index',
      {
        entries: [
          { index: 1, status: invalid },
          { index: 1, status: 'suspended' as const },
        ],
      },
    ],
    ['an empty list', { size: 0 }],
    ['a list that is too long', { size: 10_000_001 }],
    ['a broken size', { size: 1.5 }],
    ['no ttl', { ttl: 0 }],
    ['an expiry in the past', { expiresIn: -1 }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(
        statusListToken({ ...base, size: 8, entries: [], ...changes }),
        TypeError,
      );
    });
  }
});

describe('statusListEntries', () => {
  const pass: ListedPass = {
    idx: 7,
    kid: 'kid-1',
    jti: 'ap_01',
    sub: 'agent:codex',
    task: 'AXT-1',
    iat: SECONDS,
    delegation: { parent: 'dp_02', root: 'dp_01' },
  };
  const other: ListedPass = {
    idx: 3,
    kid: 'kid-2',
    jti: 'ap_02',
    sub: 'agent:other',
    task: 'AXT-2',
    iat: SECONDS + 60,
  };

  for (const [kind, value] of [
    ['pass', pass.jti],
    ['agent', pass.sub],
    ['task', pass.task],
    ['key', pass.kid],
    ['delegation', 'dp_01'],
    ['delegation', 'dp_02'],
    ['all', new Date(SECONDS * 1000).toISOString()],
  ] satisfies [RevocationKind, string][]) {
    it(`makes invalid what is revoked by ${kind} ${value}, and nothing else`, async () => {
      const revocation = await createRevocation({
        kind,
        value,
        reason: 'r',
        by: 'user:ada',
        clock,
      });
      const entries = statusListEntries({ revocations: [revocation], passes: [pass, other] });
      assert.deepEqual(entries, [{ index: 7, status: 'invalid' }]);
      const claims = await readClaims(await statusListToken({ ...base, size: 8, entries }));
      assert.deepEqual([statusAt(claims, 7), statusAt(claims, 3)], [1, 0]);
    });
  }
});
