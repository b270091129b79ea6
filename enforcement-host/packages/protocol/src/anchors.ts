import { z } from 'zod';

const url = z.string().max(2048);
const name = z.string().min(1).max(256);
// The enforcement host is in no folder that a person would think of.
const absolutePath = z
  .string()
  .max(4096)
  .regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/, 'expected an absolute path');

/**
 * Somebody who keeps checkpoints of ledgers, with the members that the flags of `axtary ledger
 * anchor` have. A secret is never here, but the path of a file that holds it.
 */
export const anchorDescriptionSchema = z.discriminatedUnion('to', [
  z.strictObject({
    to: z.literal('witness'),
    url,
    witnessKey: z.string().max(1024),
    noteKey: absolutePath.exactOptional(),
  }),
  z.strictObject({
    to: z.literal('git'),
    repository: absolutePath,
    branch: name.exactOptional(),
    remote: name.exactOptional(),
    noteKey: absolutePath.exactOptional(),
  }),
  z.strictObject({ to: z.literal('file'), out: absolutePath }),
  z.strictObject({ to: z.literal('otlp'), url, bearerFile: absolutePath.exactOptional() }),
  z.strictObject({ to: z.literal('control-plane'), url, bearerFile: absolutePath }),
]);
export type AnchorDescription = z.infer<typeof anchorDescriptionSchema>;

/** All that keep checkpoints of every ledger. */
export const anchorDescriptionsSchema = z.array(anchorDescriptionSchema).max(16);

/** How it stands with one anchor of one ledger. */
export const anchorStateSchema = z.strictObject({
  to: z.enum(['witness', 'git', 'file', 'otlp', 'control-plane']),
  /** Its address, repository or file. */
  place: z.string(),
  /** What it holds since the enforcement host began to ask it. */
  last: z
    .strictObject({ size: z.number().int(), by: z.string(), at: z.string().optional() })
    .optional(),
  /** Size of the checkpoint that waits for it. */
  pending: z.number().int().optional(),
  /** Why the last attempt failed; absent once one has succeeded. */
  error: z
    .strictObject({
      /** `ANCHOR_CONFLICT`: it has seen another history than this ledger's. */
      code: z.string(),
      message: z.string(),
      at: z.string(),
      /** Attempts that failed in a row. */
      attempts: z.number().int(),
    })
    .optional(),
});
export type AnchorState = z.infer<typeof anchorStateSchema>;
