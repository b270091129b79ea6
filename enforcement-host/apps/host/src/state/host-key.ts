import { generateKeyPairSync } from 'node:crypto';

import { ARTIFACT_TYPES, type JsonObject } from '@axtary/core';
import { createSigner, signCompact, type PublicJwk, type Signer } from '@axtary/actionpass';
import type { CheckpointSigner } from '@axtary/ledger';
import { z } from 'zod';

import { readJsonFile, writeJsonFile } from './json-file.js';

const coordinate = z.string().length(43);
const privateJwkSchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  d: coordinate,
});

/** The enforcement host's own key: it signs passes and checkpoints, never approvals. */
export interface HostKey {
  readonly signer: Signer & { readonly kid: string; readonly publicJwk: PublicJwk };
  readonly checkpoint: CheckpointSigner;
}

/** The key of this state folder, made on first use. It lies in a file, mode 0600 (tier T0). */
export async function loadHostKey(file: string): Promise<HostKey> {
  const jwk = (await readJsonFile(file, privateJwkSchema)) ?? (await makeKey(file));
  const signer = createSigner(jwk);
  const { kid, publicJwk } = signer;
  if (kid === undefined || !publicJwk) throw new TypeError('a JWK has a public half');
  return {
    signer: { ...signer, kid, publicJwk },
    checkpoint: {
      kid,
      publicJwk: { ...publicJwk } satisfies JsonObject,
      signCheckpoint: (payload) => signCompact(signer, ARTIFACT_TYPES.checkpoint, payload),
    },
  };
}

async function makeKey(file: string): Promise<z.infer<typeof privateJwkSchema>> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateJwkSchema.parse(privateKey.export({ format: 'jwk' }));
  await writeJsonFile(file, jwk);
  return jwk;
}
