import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { WrittenLedger } from './written.js';

const LAUNCH = fileURLToPath(new URL('launch.mjs', import.meta.url));
const READER = fileURLToPath(new URL('cold-reader.mjs', import.meta.url));

/** What one task took in a process that did nothing else. */
export interface ColdReading {
  /** Without the start of the process. */
  readonly milliseconds: number;
  /** The most memory the process held, with Node itself. */
  readonly peakBytes: number;
}

/** Opens the ledger in a fresh process. */
export function openCold({ file, keyFile }: WrittenLedger): Promise<ColdReading> {
  return readCold('open', file, keyFile);
}

/**
 * Verifies the export in a fresh process.
 *
 * @throws Error with the verifier's message unless it is valid
 */
export function verifyCold({ exported }: WrittenLedger): Promise<ColdReading> {
  return readCold('verify', exported);
}

async function readCold(...args: readonly string[]): Promise<ColdReading> {
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCH, READER, ...args]);
  return JSON.parse(stdout) as ColdReading;
}
