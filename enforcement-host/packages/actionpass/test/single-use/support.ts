import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Clock } from '@axtary/core';

import { NOW } from '../support.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A clock that is set by the test, in milliseconds after NOW: a full hour. */
export interface SettableClock extends Clock {
  at: number;
}

export function settableClock(): SettableClock {
  return {
    at: 0,
    now() {
      return new Date(NOW.getTime() + this.at);
    },
  };
}

export function after(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds);
}

/** Runs a test with a folder whose last part is not there yet, and removes it all. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(path.join(tmpdir(), 'single-use-'));
  try {
    await test(path.join(parent, 'uses'));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
