import { generateKeyPairSync } from 'node:crypto';

import { createSigner } from '@axtary/actionpass';

/**
 * Thumbprint of a fresh key that passes are bound to until this process ends. They are redeemed in
 * this process, so nobody else ever needs a proof by it, and its private half is not kept.
 */
export function newHolder(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kid } = createSigner(privateKey);
  if (kid === undefined) throw new TypeError('a P-256 key has a thumbprint');
  return kid;
}
