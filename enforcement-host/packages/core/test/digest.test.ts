import assert from 'node:assert/strict';

import { newId, sha256 } from '../src/digest.js';
import { sha256Schema } from '../src/index.js';

describe('sha256', () => {
  it('gives the digest of FIPS 180-4, prefixed', () => {
    const abc = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal(sha256('abc'), abc);
    assert.equal(sha256(Buffer.from('abc')), abc);
  });

  it('digests text as UTF-8', () => {
    assert.equal(sha256('\u00e9'), sha256(Uint8Array.of(0xc3, 0xa9)));
  });

  it('gives what its schema takes, and nothing else passes', () => {
    assert.ok(sha256Schema.safeParse(sha256('')).success);
    for (const text of ['sha256:', `sha512:${'a'.repeat(64)}`, 'a'.repeat(64), `${sha256('')}\n`]) {
      assert.ok(!sha256Schema.safeParse(text).success, text);
    }
  });
});

describe('newId', () => {
  it('gives 128 bits in base64url behind its prefix, never twice', () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => newId('ap')));
    assert.equal(ids.size, 10_000);
    for (const id of ids) assert.match(id, /^ap_[A-Za-z0-9_-]{22}$/);
  });
});
