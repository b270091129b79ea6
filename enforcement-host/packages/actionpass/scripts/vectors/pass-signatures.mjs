import { createHmac } from 'node:crypto';

import {
  base64url,
  canonicalize,
  jwks,
  otherSignature,
  signatureBytes,
  withSignature,
} from './jose.mjs';
import { V0, issuerKey, nextIssuerKey, strangerKey } from './scene.mjs';

const HALF = 32;

/** Algorithms, keys and signatures. */
export function passSignatureCases(scene) {
  return [...algorithmCases(scene), ...keyCases(scene), ...signatureCases(scene)];
}

function algorithmCases({ issue, pass }) {
  const refused = ['none', 'nOnE', 'es256', 'ES384', 'RS256', ''].map((alg) => ({
    name: `algorithm/${alg || 'empty'}`,
    comment: 'ES256 and nothing else, spelled so.',
    token: issue(V0, { header: { alg } }),
  }));
  const unsecured = `${signingInput({ alg: 'none', typ: 'actionpass+jwt' })}.AA`;
  return [
    ...refused,
    {
      name: 'algorithm/missing',
      comment: 'alg is required.',
      token: issue(V0, { header: { alg: undefined } }),
    },
    {
      name: 'algorithm/unsecured',
      comment: 'An unsecured JWS whose third part is there, and says nothing.',
      token: unsecured,
    },
    {
      name: 'algorithm/HS256-with-the-public-key',
      comment: 'RFC 8725 section 2.1: the public key served as the secret of a MAC.',
      token: hmacToken('HS256'),
    },
    {
      name: 'algorithm/mac-under-ES256',
      comment: 'The same MAC where a signature should be.',
      token: hmacToken('ES256'),
      expect: 'PASS_SIGNATURE_INVALID',
    },
    {
      name: 'valid/other-signature',
      comment: '(r, n - s) is a signature too: so nothing may go by the text of a pass.',
      token: otherSignature(pass),
      expect: 'valid',
    },
  ].map((given) => ({ expect: 'PASS_ALG_NOT_ALLOWED', ...given }));
}

/** Of a pass, under any header. */
function signingInput(header) {
  return `${base64url(canonicalize(header))}.${base64url(canonicalize(V0))}`;
}

function hmacToken(alg) {
  const input = signingInput({ alg, kid: issuerKey.kid, typ: 'actionpass+jwt' });
  const secret = issuerKey.publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function keyCases({ issue }) {
  return [
    {
      name: 'key/kid-unknown',
      comment: 'Signed by a key that is not trusted, which it names.',
      token: issue(V0, { header: { kid: strangerKey.kid }, key: strangerKey }),
    },
    {
      name: 'key/kid-missing',
      comment: 'Keys are not tried one after the other.',
      token: issue(V0, { header: { kid: undefined } }),
    },
    {
      name: 'key/kid-as-number',
      comment: 'A kid is a text.',
      token: issue(V0, { header: { kid: 1 } }),
    },
    {
      name: 'key/kid-as-path',
      comment: 'A kid is looked up among the trusted keys and nowhere else.',
      token: issue(V0, { header: { kid: '../../etc/passwd' } }),
    },
    { name: 'key/none-trusted', comment: 'Nobody is trusted.', keys: jwks() },
    {
      name: 'key/rotated-out',
      comment: 'Its key is no longer trusted.',
      keys: jwks(nextIssuerKey),
    },
  ].map((given) => ({ ...given, expect: 'PASS_KEY_UNKNOWN' }));
}

function signatureCases({ issue, pass }) {
  const [header, , signature] = pass.split('.');
  const payload = base64url(canonicalize({ ...V0, exp: V0.exp + 86_400 }));
  const honest = signatureBytes(pass);
  const flipped = Buffer.from(honest);
  flipped.writeUInt8(flipped.readUInt8(0) ^ 1, 0);
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
  const bytes = {
    'one-bit': ['One bit of the signature is turned.', flipped],
    zero: ['r and s are zero (CVE-2022-21449).', Buffer.alloc(2 * HALF)],
    order: ['r and s are the order of the curve.', Buffer.from(order.repeat(2), 'hex')],
    'too-short': ['63 bytes.', honest.subarray(1)],
    'too-long': ['65 bytes.', Buffer.concat([honest, Buffer.alloc(1)])],
    der: ['As ASN.1, not r and s in 64 bytes (RFC 7518 section 3.4).', toDer(honest)],
  };
  return [
    ...Object.entries(bytes).map(([what, [comment, changed]]) => ({
      name: `signature/${what}`,
      comment,
      token: withSignature(pass, changed),
    })),
    {
      name: 'signature/payload-exchanged',
      comment: 'Later expiry, under the signature of the honest pass.',
      token: `${header}.${payload}.${signature}`,
    },
    {
      name: 'signature/kid-exchanged',
      comment: 'Signed by one trusted key, in the name of another.',
      token: issue(V0, { header: { kid: nextIssuerKey.kid } }),
      keys: jwks(issuerKey, nextIssuerKey),
    },
    {
      name: 'signature/forged',
      comment: 'Signed by a stranger in the name of the trusted key.',
      token: issue(V0, { key: strangerKey }),
    },
  ].map((given) => ({ ...given, expect: 'PASS_SIGNATURE_INVALID' }));
}

/** ECDSA-Sig-Value (RFC 3279 section 2.2.3) of r || s. */
function toDer(raw) {
  const integers = [raw.subarray(0, HALF), raw.subarray(HALF)].map((half) => {
    const first = half.findIndex((byte) => byte !== 0);
    const minimal = half.subarray(first);
    const sign = minimal.readUInt8(0) > 0x7f ? [0] : [];
    return Buffer.from([0x02, minimal.length + sign.length, ...sign, ...minimal]);
  });
  const body = Buffer.concat(integers);
  return Buffer.from([0x30, body.length, ...body]);
}
