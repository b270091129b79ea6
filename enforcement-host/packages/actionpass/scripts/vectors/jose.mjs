import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
} from 'node:crypto';

/** RFC 8785, for what the vectors hold: the numbers and texts of ECMAScript are its own. */
export function canonicalize(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalize(value[name])}`);
  return `{${members.join(',')}}`;
}

export function sha256(text) {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export function base64url(data) {
  return Buffer.from(data).toString('base64url');
}

/** A copy with some members changed; one that becomes undefined is left out. */
export function changed(value, changes) {
  const members = Object.entries({ ...value, ...changes });
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

/**
 * A P-256 key that anybody can make from its label: for vectors, and of no other use.
 */
export function vectorKey(label) {
  const d = createHash('sha256').update(`axtary vectors: ${label}`).digest();
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(d);
  // 0x04 | X, 32 bytes | Y, 32 bytes (SEC 1 section 2.3.3)
  const point = ecdh.getPublicKey();
  const x = base64url(point.subarray(1, 33));
  const y = base64url(point.subarray(33));
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const kid = createHash('sha256').update(canonicalize(jwk)).digest('base64url');
  const privateJwk = { ...jwk, d: base64url(d) };
  return {
    jwk,
    privateJwk,
    kid,
    privateKey: createPrivateKey({ key: privateJwk, format: 'jwk' }),
    publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
  };
}

/** RFC 7517 section 5. */
export function jwks(...keys) {
  return { keys: keys.map(({ jwk, kid }) => ({ ...jwk, alg: 'ES256', use: 'sig', kid })) };
}

/**
 * Signs compact JWS. What was signed before, in the committed text or since, keeps its first
 * signature that holds.
 */
export function createNotary(committed) {
  const known = new Map();
  for (const [, input, signature] of committed.matchAll(/"([\w-]+\.[\w-]+)\.([\w-]+)"/g)) {
    known.set(input, [...(known.get(input) ?? []), signature]);
  }
  return {
    sign(key, header, payload) {
      const input = `${base64url(header)}.${base64url(payload)}`;
      const before = known.get(input) ?? [];
      const kept = before.find((signature) => isSignedBy(key, input, signature));
      if (kept !== undefined) return `${input}.${kept}`;
      const signature = signatureOf(key, input);
      known.set(input, [...before, signature]);
      return `${input}.${signature}`;
    },
  };
}

const RAW = { dsaEncoding: 'ieee-p1363' };

function signatureOf({ privateKey }, input) {
  return base64url(sign('sha256', Buffer.from(input), { key: privateKey, ...RAW }));
}

function isSignedBy({ publicKey }, input, signature) {
  const bytes = Buffer.from(signature, 'base64url');
  return verify('sha256', Buffer.from(input), { key: publicKey, ...RAW }, bytes);
}

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The other signature of the same key over the same text: (r, n - s). */
export function otherSignature(token) {
  const raw = Buffer.from(token.split('.')[2], 'base64url');
  const s = BigInt(`0x${raw.subarray(32).toString('hex')}`);
  const negated = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex');
  return withSignature(token, Buffer.concat([raw.subarray(0, 32), negated]));
}

export function withSignature(token, bytes) {
  return `${token.slice(0, token.lastIndexOf('.'))}.${base64url(bytes)}`;
}

export function signatureBytes(token) {
  return Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
}

/** The same with spare bits behind the last byte of the signature, which decoders ignore. */
export function withSpareBits(token) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)) + 1];
}
