import { createECDH, type KeyObject } from 'node:crypto';

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/**
 * ECDSA over a digest (FIPS 186-5 section 6.4.1), as a key management service computes it; node
 * hashes whatever it is given. For tests only: nothing here is constant-time.
 */
export function signDigest(digest: Uint8Array, key: KeyObject): Buffer {
  const d = toInteger(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const ephemeral = createECDH('prime256v1');
  // 04 || x || y
  const r = toInteger(ephemeral.generateKeys().subarray(1, 33)) % ORDER;
  const k = toInteger(ephemeral.getPrivateKey());
  const s = (inverse(k) * (toInteger(digest) + r * d)) % ORDER;
  return Buffer.from([r, s].map((it) => it.toString(16).padStart(64, '0')).join(''), 'hex');
}

/** Such a signature in DER (RFC 3279 section 2.2.3). */
export function rawToDer(raw: Uint8Array): Buffer {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((half) => {
    const hex = toInteger(half).toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const value = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, value.length]), value]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** By Fermat: k to the power of order - 2. */
function inverse(k: bigint): bigint {
  let result = 1n;
  for (let base = k, exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}
