import { readFile } from 'node:fs/promises';

import {
  Revocations,
  type LocalTrustStore,
  type RevocationCheck,
  type RevocationRecord,
} from '@axtary/actionpass';
import { parseStrictJson } from '@axtary/core';
import { z } from 'zod';

import { CliError } from './errors.js';
import { liftedFile } from './state-folder.js';

// As the enforcement host writes it.
const liftedSchema = z.strictObject({
  version: z.literal(1),
  lifted: z.array(
    z.strictObject({
      revocation: z.string(),
      by: z.string(),
      reason: z.string(),
      at: z.string(),
    }),
  ),
});

/** Who let an agent, a task or everything act again, why and when (RFC 3339, UTC). */
interface Lifting {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** A revocation, and who lifted it if anybody did. */
export interface RevocationView {
  readonly record: RevocationRecord;
  readonly lifted: Lifting | undefined;
}

/**
 * The revocations of a state folder, oldest first.
 *
 * @throws TrustStoreError; CliError `CLI_TRUST_STORE_UNUSABLE` where the liftings are damaged.
 */
export async function readRevocations(
  store: LocalTrustStore,
  state: string,
): Promise<readonly RevocationView[]> {
  const [records, liftings] = await Promise.all([store.revocations(), readLiftings(state)]);
  return records.map((record) => ({ record, lifted: liftings.get(record.id) }));
}

/** The revocation of everything that nobody has lifted. */
export function stopOf(revocations: readonly RevocationView[]): RevocationRecord | undefined {
  return revocations.findLast(({ record, lifted }) => record.kind === 'all' && !lifted)?.record;
}

/** Refuses what the enforcement host refuses: all while everything is stopped, else what is revoked. */
export function revocationCheck(views: readonly RevocationView[]): RevocationCheck {
  const stop = stopOf(views);
  // Lifted or not, a revocation of everything goes on refusing what was issued before it.
  const inForce = views.filter(({ record, lifted }) => record.kind === 'all' || !lifted);
  const revocations = new Revocations(inForce.map(({ record }) => record));
  return {
    problem: (claims, kid) =>
      stop
        ? `everything was stopped by ${stop.by}: ${stop.reason}`
        : revocations.problem(claims, kid),
  };
}

async function readLiftings(state: string): Promise<ReadonlyMap<string, Lifting>> {
  const file = liftedFile(state);
  try {
    const { lifted } = liftedSchema.parse(parseStrictJson(await readFile(file)));
    return new Map(lifted.map(({ revocation, ...lifting }) => [revocation, lifting]));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return new Map();
    const message = `${file} is damaged or cannot be read; restore it or move it away`;
    throw new CliError('CLI_TRUST_STORE_UNUSABLE', message, { cause });
  }
}
