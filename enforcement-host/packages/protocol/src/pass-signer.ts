import { z } from 'zod';

import { publicJwkSchema } from './model.js';

const name = z.string().min(1).max(2048);
const secret = z.string().min(1).max(8192);

/**
 * A key that signs passes and lies outside of the enforcement host. `publicJwk` is the key it must
 * be; without, whatever is there under that name.
 */
export const passSignerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('command'),
    /** Absolute path of the program, and its arguments. */
    argv: z.tuple([name], z.string().max(4096)),
    publicJwk: publicJwkSchema,
    /** What the program reads; default: the signing input. */
    stdin: z.enum(['signing-input', 'digest']).exactOptional(),
    /** For one signature; default: 5000. */
    timeoutMs: z.number().int().min(1).max(60_000).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('aws-kms'),
    keyId: name,
    region: name,
    endpoint: name.exactOptional(),
    publicJwk: publicJwkSchema.exactOptional(),
    credentials: z.strictObject({
      accessKeyId: secret,
      secretAccessKey: secret,
      sessionToken: secret.exactOptional(),
    }),
  }),
  z.strictObject({
    kind: z.literal('vault-transit'),
    address: name,
    key: name,
    mount: name.exactOptional(),
    namespace: name.exactOptional(),
    publicJwk: publicJwkSchema.exactOptional(),
    token: secret,
  }),
]);
export type PassSignerStart = z.infer<typeof passSignerSchema>;
