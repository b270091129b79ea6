const HALF = 32;

// ECDSA-Sig-Value (RFC 3279 section 2.2.3), P-256, so every length is one byte:
//   30 len | 02 lenR R... | 02 lenS S...      R and S big-endian, signed, minimal
/** Turns a DER signature of P-256 into the 64 bytes R || S that JWS uses (RFC 7518 section 3.4). */
export function derToRaw(der: Uint8Array): Buffer {
  const raw = Buffer.alloc(2 * HALF);
  const afterR = copyInteger(der, 2, raw, HALF);
  copyInteger(der, afterR, raw, 2 * HALF);
  return raw;
}

/** Copies the INTEGER at `at` so that it ends before `end`; returns the offset behind it. */
// eslint-disable-next-line max-params -- an offset copy, hot, and private to this file
function copyInteger(der: Uint8Array, at: number, raw: Buffer, end: number): number {
  const length = der[at + 1] ?? 0;
  const first = at + 2;
  const skip = length > HALF ? length - HALF : 0;
  raw.set(der.subarray(first + skip, first + length), end - (length - skip));
  return first + length;
}
