import { ARTIFACT_TYPES, canonicalize, systemClock, type Clock } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import { z } from 'zod';

import { VerificationError } from '../errors.js';
import { signCompact, verifyCompact, type VerificationKey } from '../jws.js';
import type { Signer } from '../keys.js';

const text = z.string().min(1).max(4096);
const time = z.iso.datetime();

/** What a revocation is keyed on, and which passes it refuses. */
export const REVOCATION_KINDS = ['pass', 'agent', 'task', 'key', 'delegation', 'all'] as const;

const statement = {
  version: z.literal(1),
  id: text,
  reason: text,
  /** Who revoked, such as `user:ada@example.com`. */
  by: text,
  /** When, RFC 3339 in UTC. */
  at: time,
};

const statementSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...statement,
    kind: z.enum(REVOCATION_KINDS).exclude(['all']),
    value: text,
  }),
  z.strictObject({ ...statement, kind: z.literal('all'), value: time }),
]);

/**
 * One revocation, for good. `value` is, by `kind`: the `jti` of a `pass`; the `agent` (`sub`); the
 * `task`; the thumbprint of a `key`; the `jti` of a `delegation`, with everything below it; for
 * `all` the RFC 3339 time up to which every pass is refused. `signature` is a compact JWS over the
 * canonical record without it.
 */
export const revocationSchema = z.discriminatedUnion('kind', [
  statementSchema.options[0].extend({ signature: text.max(65_536).optional() }),
  statementSchema.options[1].extend({ signature: text.max(65_536).optional() }),
]);
export type RevocationRecord = z.infer<typeof revocationSchema>;
export type RevocationKind = RevocationRecord['kind'];

export interface CreateRevocationOptions {
  readonly kind: RevocationKind;
  /** For `all` an RFC 3339 time in UTC; default for it: now. */
  readonly value?: string;
  readonly reason: string;
  readonly by: string;
  /** Signs the record; without, it is as good as where it is kept. */
  readonly signer?: Signer;
  readonly clock?: Clock;
}

/** @throws TypeError when the options are no revocation. */
export async function createRevocation(
  options: CreateRevocationOptions,
): Promise<RevocationRecord> {
  const at = (options.clock ?? systemClock).now().toISOString();
  const parsed = statementSchema.safeParse({
    version: 1,
    id: newId('rev'),
    kind: options.kind,
    value: options.value ?? (options.kind === 'all' ? at : undefined),
    reason: options.reason,
    by: options.by,
    at,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TypeError(
      `not a revocation: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  if (!options.signer) return parsed.data;
  const signature = await signCompact(
    options.signer,
    ARTIFACT_TYPES.revocation,
    canonicalize(parsed.data),
  );
  return { ...parsed.data, signature };
}

/**
 * Verifies that the key signed exactly this record. Whose key it is, and whether they may revoke,
 * is the caller's to know.
 *
 * @throws VerificationError `PASS_MALFORMED` where it is no record or is unsigned, else the code of
 *   the first check of the signature that failed.
 */
export async function verifyRevocation(
  value: unknown,
  key: VerificationKey,
): Promise<RevocationRecord> {
  const parsed = revocationSchema.safeParse(value);
  if (!parsed.success) throw new VerificationError('PASS_MALFORMED', 'this is no revocation');
  const { signature, ...record } = parsed.data;
  if (signature === undefined) {
    throw new VerificationError('PASS_MALFORMED', 'the revocation is not signed');
  }
  const signed = await verifyCompact(signature, ARTIFACT_TYPES.revocation, key);
  if (canonicalize(signed) !== canonicalize(record)) {
    throw new VerificationError(
      'PASS_SIGNATURE_INVALID',
      'the signature is that of another revocation',
    );
  }
  return parsed.data;
}
