import { createHash } from 'node:crypto';

/** `sha256:` and the lower-case hex digest of the text's UTF-8 bytes. */
export function sha256(text: string): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
