import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';

import { candidate, type Candidate } from '../interleave.js';

/** The length of what a compact JWS signs. */
export function signedLength(jws: string): number {
  return jws.lastIndexOf('.');
}

/** `crypto.sign` with ES256 of so many bytes. */
export function bareSign(key: KeyObject, length: number): Candidate {
  const input = Buffer.alloc(length, 'x');
  return candidate(() => sign('sha256', input, key));
}

/** `crypto.verify` with ES256 of so many bytes. */
export function bareVerify(key: KeyObject, length: number): Candidate {
  const input = Buffer.alloc(length, 'x');
  const signature = sign('sha256', input, key);
  const publicKey = createPublicKey(key);
  return candidate(() => verify('sha256', input, publicKey, signature));
}

export interface DurableWrite extends Candidate {
  readonly close: () => Promise<void>;
}

/** One write of 200 bytes at the end of a file, and one `fsync` or `fdatasync`. */
export async function durableWrite(
  folder: string,
  how: 'fsync' | 'fdatasync',
): Promise<DurableWrite> {
  const file = await open(path.join(folder, how), 'a');
  const line = Buffer.alloc(200, 'x');
  const run = async (): Promise<void> => {
    await file.write(line);
    await (how === 'fsync' ? file.sync() : file.datasync());
  };
  return { ...candidate(run), close: () => file.close() };
}
