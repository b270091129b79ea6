import assert from 'node:assert/strict';

import { ARTIFACT_TYPES, canonicalize } from '@axtary/core';

import {
  createRevocation,
  revocationSchema,
  signCompact,
  verifyRevocation,
} from '../../src/index.js';
import { NOW, clock, publicKey, signer } from '../support.js';
import { freshSigner } from '../keys/support.js';

const base = { kind: 'pass', value: 'ap_1', reason: 'leaked', by: 'user:ada', clock } as const;

describe('createRevocation', () => {
  it('states what is revoked, by whom, when and why', async () => {
    const record = await createRevocation(base);
    const { id, ...rest } = record;
    assert.match(id, /^rev_[A-Za-z0-9_-]{22}$/);
    assert.deepEqual(rest, {
      version: 1,
      kind: 'pass',
      value: 'ap_1',
      reason: 'leaked',
      by: 'user:ada',
      at: NOW.toISOString(),
    });
    assert.deepEqual(revocationSchema.parse(record), record);
  });

  it('of everything goes by time: by default that of the record', async () => {
    const { value, at } = await createRevocation({ kind: 'all', reason: 'r', by: 'b', clock });
    assert.equal(value, at);
    const earlier = '2026-01-01T00:00:00Z';
    const given = await createRevocation({ ...base, kind: 'all', value: earlier });
    assert.equal(given.value, earlier);
  });

  for (const [what, changes] of [
    ['an unknown kind', { kind: 'other' }],
    ['no value', { value: undefined }],
    ['an empty value', { value: '' }],
    ['an empty reason', { reason: '' }],
    ['nobody', { by: '' }],
    ['everything until no time', { kind: 'all', value: 'yesterday' }],
    ['everything until a local time', { kind: 'all', value: '2026-01-01T00:00:00+01:00' }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(createRevocation({ ...base, ...changes } as never), TypeError);
    });
  }
});

describe('verifyRevocation', () => {
  it('takes a record that the key signed', async () => {
    const record = await createRevocation({ ...base, signer });
    assert.deepEqual(await verifyRevocation(record, publicKey), record);
    const text: unknown = JSON.parse(JSON.stringify(record));
    assert.deepEqual(await verifyRevocation(text, publicKey), record);
  });

  it('refuses a record of which anything was changed', async () => {
    const record = await createRevocation({ ...base, signer });
    for (const [name, value] of [
      ['id', 'rev_other'],
      ['kind', 'agent'],
      ['value', 'ap_2'],
      ['reason', 'other'],
      ['by', 'user:eve'],
      ['at', '2026-03-01T10:00:01.000Z'],
    ] as const) {
      await assert.rejects(verifyRevocation({ ...record, [name]: value }, publicKey), {
        code: 'PASS_SIGNATURE_INVALID',
      });
    }
  });

  it('refuses what is unsigned, no record, or signed by another or as something else', async () => {
    const { signature, ...record } = await createRevocation({ ...base, signer });
    const asPass = await signCompact(signer, ARTIFACT_TYPES.pass, canonicalize(record));
    for (const [value, code] of [
      [record, 'PASS_MALFORMED'],
      [{ ...record, signature, admin: 1 }, 'PASS_MALFORMED'],
      [{ ...record, signature: '' }, 'PASS_MALFORMED'],
      [{ ...record, signature: 'a.b.c' }, 'PASS_MALFORMED'],
      [signature, 'PASS_MALFORMED'],
      [undefined, 'PASS_MALFORMED'],
      [{ ...record, signature: asPass }, 'PASS_TYPE_MISMATCH'],
      [await createRevocation({ ...base, signer: freshSigner() }), 'PASS_SIGNATURE_INVALID'],
    ] as const) {
      await assert.rejects(verifyRevocation(value, publicKey), { code });
    }
  });
});
