import { randomInt } from 'node:crypto';

const FIRST_MS = 1000;
const MAX_MS = 60_000;

/**
 * How long to wait after so many attempts in a row: 1 s, doubled up to 60 s, and of that a random
 * part of at least a half, so that many who wait do not come back together.
 */
export function backoff(attempt: number): number {
  const most = Math.min(FIRST_MS * 2 ** (attempt - 1), MAX_MS);
  return randomInt(most / 2, most + 1);
}
