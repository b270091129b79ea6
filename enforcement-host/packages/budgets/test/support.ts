import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { acquireLock } from '@axtary/ledger';

import { LocalBudgetStore, type Meter } from '../src/index.js';

const START = Date.parse('2026-03-01T10:00:00.000Z');

/** So many seconds after the tests' time begins. */
export function at(seconds: number): Date {
  return new Date(START + seconds * 1000);
}

/** Calls of an agent in a minute. */
export const calls: Meter = { id: 'calls', per: ['agent'], windowSeconds: 60 };
/** Money of a tenant in a day. */
export const money: Meter = {
  id: 'money',
  per: ['tenant'],
  windowSeconds: 86_400,
  currency: 'USD',
};

export const acme = { tenant: 'org:acme', agent: 'agent:one' };

export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-budgets-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function openStore(file: string, compactAbove?: number): Promise<LocalBudgetStore> {
  const lock = acquireLock;
  return LocalBudgetStore.open(
    file,
    compactAbove === undefined ? { lock } : { lock, compactAbove },
  );
}

/** Linux: the limit of this process, so that writes beyond it fail with EFBIG. */
export async function whileFilesMayGrowTo(bytes: number, act: () => Promise<void>): Promise<void> {
  const limit = (to: string): void => {
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${to}:`]);
  };
  const ignore = (): void => undefined;
  process.on('SIGXFSZ', ignore);
  limit(String(bytes));
  try {
    await act();
  } finally {
    limit('unlimited');
    process.off('SIGXFSZ', ignore);
  }
}
