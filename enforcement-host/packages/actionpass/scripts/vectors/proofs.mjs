import { createHash, createHmac } from 'node:crypto';

import { base64url, canonicalize, changed, otherSignature, withSpareBits } from './jose.mjs';
import { NOW, casesWith, holderKey, strangerKey } from './scene.mjs';

const URI = 'https://tools.example/mcp';
const TOKEN = 'header.payload.signature';
const INVALID = 'DPOP_PROOF_INVALID';
const NONCE = 'server-nonce-2';

const CLAIMS = {
  jti: 'proof_01',
  htm: 'POST',
  htu: URI,
  iat: NOW,
  ath: createHash('sha256').update(TOKEN).digest('base64url'),
};

/** The cases of `dpopHeader` and `verifyDpopProof`: one request each. */
export function proofCases(notary) {
  const honest = { alg: 'ES256', jwk: holderKey.jwk, typ: 'dpop+jwt' };
  function prove(claims = {}, { header = {}, key = holderKey } = {}) {
    const text = typeof header === 'string' ? header : canonicalize(changed(honest, header));
    return notary.sign(key, text, canonicalize(changed(CLAIMS, claims)));
  }
  const scene = { prove, proof: prove() };
  const common = {
    headers: [scene.proof],
    method: 'POST',
    uri: URI,
    accessToken: TOKEN,
    expectedJkt: holderKey.kid,
    now: NOW,
  };
  return casesWith(common, [
    { name: 'valid/bound', comment: 'A request that presents a bound pass.', expect: 'valid' },
    ...fieldCases(scene),
    ...headerCases(scene),
    ...requestCases(scene),
    ...uriCases(scene),
    ...timeCases(scene),
    ...bindingCases(scene),
    ...nonceCases(scene),
    ...useCases(scene),
  ]);
}

function refused([name, comment, headers]) {
  return { name, comment, headers: [headers].flat(), expect: INVALID };
}

function fieldCases({ proof }) {
  return [
    {
      name: 'field/none',
      comment: 'There is no proof.',
      headers: [],
      expect: 'DPOP_PROOF_MISSING',
    },
    ...[
      ['field/two', 'RFC 9449 section 4.3: not more than one.', [proof, proof]],
      ['field/two-in-one', 'Two fields that were joined.', `${proof}, ${proof}`],
      ['field/empty', 'No JWS.', ''],
      ['field/padding', 'No canonical base64url.', `${proof}=`],
      ['field/spare-bits', 'Bits that decoders ignore.', withSpareBits(proof)],
    ].map(refused),
  ];
}

function headerCases({ prove, proof }) {
  const of = (header, key) => prove({}, { header, ...(key && { key }) });
  const [header, payload] = proof.split('.');
  const x = base64url(Buffer.alloc(32, 1));
  const hmacHeader = base64url(canonicalize({ alg: 'HS256', jwk: holderKey.jwk, typ: 'dpop+jwt' }));
  const mac = createHmac('sha256', 'secret').update(`${hmacHeader}.${payload}`).digest('base64url');
  return [
    ['header/typ', 'Another type.', of({ typ: 'JWT' })],
    ['header/alg-none', 'Unsecured.', of({ alg: 'none' })],
    ['header/alg-symmetric', 'A MAC.', `${hmacHeader}.${payload}.${mac}`],
    ['header/jwk-missing', 'A proof names its key.', of({ jwk: undefined })],
    ['header/jwk-private', 'It gives its private key away.', of({ jwk: holderKey.privateJwk })],
    ['header/jwk-off-curve', 'No point of P-256.', of({ jwk: { ...holderKey.jwk, x } })],
    ['header/jwk-other-kind', 'No P-256 key.', of({ jwk: { kty: 'oct', k: 'AAAA' } })],
    ['header/kid', 'No members but alg, jwk and typ.', of({ kid: holderKey.kid })],
    ['header/crit', 'Extensions that it asks for.', of({ crit: ['exp'] })],
    ['signature/other-key', 'Signed by another key than it names.', of({}, strangerKey)],
    ['signature/zero', 'r and s are zero.', `${header}.${payload}.${'A'.repeat(86)}`],
  ].map(refused);
}

function requestCases({ prove }) {
  return [
    {
      name: 'valid/unknown-claim',
      comment: 'RFC 9449 section 4.2: others may be there, and say nothing.',
      headers: [prove({ tool: 'any' })],
      expect: 'valid',
    },
    ...['jti', 'htm', 'htu', 'iat'].map((name) =>
      refused([`claims/${name}-missing`, 'It is required.', prove({ [name]: undefined })]),
    ),
    refused(['claims/iat-as-text', 'A NumericDate is a number.', prove({ iat: String(NOW) })]),
    refused(['claims/jti-empty', 'It could not be told from others.', prove({ jti: '' })]),
    refused(['request/other-method', 'For another method.', prove({ htm: 'GET' })]),
    refused([
      'request/method-in-lower-case',
      'Methods are case-sensitive.',
      prove({ htm: 'post' }),
    ]),
  ];
}

function uriCases({ prove }) {
  const same = [
    ['query', `${URI}?session=1#top`, URI, 'htu is without query and fragment.'],
    ['upper-case-host', URI, 'HTTPS://Tools.EXAMPLE/mcp', 'RFC 3986 section 6.2.2.1.'],
    ['default-port', URI, 'https://tools.example:443/mcp', 'RFC 3986 section 6.2.3.'],
    ['empty-path', 'https://tools.example', 'https://tools.example/', 'RFC 3986 section 6.2.3.'],
    [
      'escapes',
      'https://tools.example/~a%2fb',
      'https://tools.example/%7Ea%2Fb',
      'RFC 3986 section 6.2.2.2.',
    ],
    ['dot-segments', URI, 'https://tools.example/a/../mcp', 'RFC 3986 section 6.2.2.3.'],
  ];
  const other = [
    ['scheme', 'http://tools.example/mcp'],
    ['host', 'https://tools.example.org/mcp'],
    ['port', 'https://tools.example:8443/mcp'],
    ['path-case', 'https://tools.example/MCP'],
    ['trailing-slash', `${URI}/`],
    ['with-query', `${URI}?session=1`],
    ['with-fragment', `${URI}#top`],
    ['with-user', 'https://user@tools.example/mcp'],
    ['relative', '/mcp'],
  ];
  return [
    ...same.map(([what, uri, htu, comment]) => ({
      name: `valid/uri-${what}`,
      comment,
      headers: [prove({ htu })],
      uri,
      expect: 'valid',
    })),
    ...other.map(([what, htu]) =>
      refused([`uri/${what}`, 'htu is not the URI of the request.', prove({ htu })]),
    ),
  ];
}

function timeCases({ prove }) {
  return [
    { name: 'valid/oldest', comment: 'A minute old.', now: NOW + 60, expect: 'valid' },
    { name: 'time/too-old', comment: 'Over a minute old.', now: NOW + 61, expect: INVALID },
    { name: 'valid/clock-behind', comment: 'Five seconds ahead.', now: NOW - 5, expect: 'valid' },
    { name: 'time/in-the-future', comment: 'Six seconds ahead.', now: NOW - 6, expect: INVALID },
    refused(['time/exp', 'A client that states exp is kept to it.', prove({ exp: NOW })]),
    refused(['time/nbf', 'A client that states nbf is kept to it.', prove({ nbf: NOW + 6 })]),
  ];
}

function bindingCases({ prove }) {
  const unbound = { accessToken: undefined, expectedJkt: undefined };
  return [
    {
      name: 'valid/no-access-token',
      comment: 'As at a token endpoint: any key, and no ath.',
      headers: [prove({ ath: undefined })],
      ...unbound,
      expect: 'valid',
    },
    refused(['binding/ath-missing', 'The request presents a token.', prove({ ath: undefined })]),
    {
      name: 'binding/ath-of-another',
      comment: 'Made for another token.',
      accessToken: 'header.payload.other',
      expect: INVALID,
    },
    {
      name: 'binding/other-key',
      comment: 'A good proof, by a key that the pass is not bound to.',
      headers: [prove({}, { header: { jwk: strangerKey.jwk }, key: strangerKey })],
      expect: 'DPOP_KEY_MISMATCH',
    },
  ];
}

function nonceCases({ prove }) {
  const asked = { currentNonces: [NONCE] };
  return [
    {
      name: 'valid/nonce',
      comment: 'The server asks for its nonce.',
      headers: [prove({ nonce: NONCE })],
      ...asked,
      expect: 'valid',
    },
    {
      name: 'valid/nonce-that-nobody-asked-for',
      comment: 'The server asks for none.',
      headers: [prove({ nonce: 'any' })],
      expect: 'valid',
    },
    {
      name: 'nonce/missing',
      comment: 'RFC 9449 section 8.',
      ...asked,
      expect: 'DPOP_NONCE_INVALID',
    },
    {
      name: 'nonce/stale',
      comment: 'It was current once.',
      headers: [prove({ nonce: 'server-nonce-1' })],
      ...asked,
      expect: 'DPOP_NONCE_INVALID',
    },
  ];
}

function useCases({ prove, proof }) {
  return [
    {
      name: 'valid/another-proof-was-used',
      comment: 'Use goes by the key and jti.',
      alreadyUsed: [prove({ jti: 'proof_02' })],
      expect: 'valid',
    },
    {
      name: 'use/twice',
      comment: 'A proof is accepted once.',
      alreadyUsed: [proof],
      expect: 'DPOP_REPLAYED',
    },
    {
      name: 'use/other-signature',
      comment: 'The same proof, whose signature is spelled (r, n - s) this time.',
      headers: [otherSignature(proof)],
      alreadyUsed: [proof],
      expect: 'DPOP_REPLAYED',
    },
  ];
}
