import { canonicalize, systemClock, type Clock } from '@axtary/core';
import { StatusList } from '@sd-jwt/jwt-status-list';

import { signCompact } from '../jws.js';
import type { Signer } from '../keys.js';
import type { RevocationRecord } from './record.js';
import { Revocations, type Revocable } from './revocations.js';

const TYP = 'statuslist+jwt';
const MAX_SIZE = 10_000_000;

/** Status Types of draft-ietf-oauth-status-list section 7.1. */
const STATUS = { valid: 0, invalid: 1, suspended: 2 } as const;
export type Status = keyof typeof STATUS;

export interface StatusListEntry {
  /** From 0. */
  readonly index: number;
  readonly status: Status;
}

export interface StatusListOptions {
  readonly signer: Signer;
  /** Where the list is published: `sub` of the token, `uri` of whatever refers to it. */
  readonly uri: string;
  /** How many indices there are, used or not: with few, an index says who it belongs to. */
  readonly size: number;
  /** What is not valid. Every other index is. */
  readonly entries: Iterable<StatusListEntry>;
  /** Seconds for which a copy may be used before it is fetched anew. */
  readonly ttl: number;
  /** Seconds after which the token is no longer valid; default: no expiry of its own. */
  readonly expiresIn?: number;
  readonly clock?: Clock;
}

/**
 * A Status List Token (draft-ietf-oauth-status-list section 5.1): revocations for those who have
 * no access to the trust store, by the index that each pass was given when it was issued. One bit
 * an index, two where anything is suspended. For export only: it is as late as its `ttl`.
 *
 * @throws TypeError for an index outside of the list, one that is there twice with different
 *   statuses, a size over 10,000,000, or times that are not positive whole seconds.
 */
export async function statusListToken(options: StatusListOptions): Promise<string> {
  assertPositive('size', options.size, MAX_SIZE);
  assertPositive('ttl', options.ttl, Number.MAX_SAFE_INTEGER);
  const statuses = statusesOf(options);
  const bits = statuses.includes(STATUS.suspended) ? 2 : 1;
  const iat = Math.floor((options.clock ?? systemClock).now().getTime() / 1000);
  const claims = {
    sub: options.uri,
    iat,
    ...expiry(iat, options.expiresIn),
    ttl: options.ttl,
    status_list: { bits, lst: new StatusList(statuses, bits).compressStatusList() },
  };
  return signCompact(options.signer, TYP, canonicalize(claims));
}

/** What an issuer keeps of a pass that it gave an index of the list, until the pass has expired. */
export interface ListedPass extends Revocable {
  /** `status.status_list.idx` of the pass. */
  readonly idx: number;
  /** Thumbprint of the key that signed it. */
  readonly kid: string;
}

/**
 * The entries of `statusListToken` for one list: `invalid` for each pass that any of the
 * revocations refuses, not only those by `jti`. A delegation between the first and the last of a
 * pass's chain is not seen here, as it is not in the pass.
 */
export function statusListEntries(options: {
  readonly revocations: Iterable<RevocationRecord>;
  readonly passes: Iterable<ListedPass>;
}): StatusListEntry[] {
  const revocations = new Revocations(options.revocations);
  return [...options.passes]
    .filter((pass) => revocations.isRevoked(pass, pass.kid))
    .map(({ idx }) => ({ index: idx, status: 'invalid' }));
}

function statusesOf({ size, entries }: StatusListOptions): number[] {
  const statuses = new Array<number>(size).fill(STATUS.valid);
  for (const { index, status } of entries) {
    const before = statuses[index];
    const value = STATUS[status];
    if (before === undefined || (before !== STATUS.valid && before !== value)) {
      throw new TypeError(`the index ${index} is not in the list, or has two statuses`);
    }
    statuses[index] = value;
  }
  return statuses;
}

function expiry(iat: number, expiresIn: number | undefined): { exp?: number } {
  if (expiresIn === undefined) return {};
  assertPositive('expiresIn', expiresIn, Number.MAX_SAFE_INTEGER - iat);
  return { exp: iat + expiresIn };
}

function assertPositive(name: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value > 0 && value <= max) return;
  throw new TypeError(`expected ${name} to be a whole number of 1 to ${max}, got ${value}`);
}
