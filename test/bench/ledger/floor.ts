import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { canonicalize } from '@axtary/core';
import { newId } from '@axtary/core/digest';

import { load } from '../measure.js';
import { ENTRY } from './record.js';

const WRITER = fileURLToPath(new URL('sqlite-writer.mjs', import.meta.url));

export interface SqliteFigures {
  /** Records a second with a commit each. */
  readonly single: number;
  /** With 256 a commit. */
  readonly grouped: number;
}

/** SQLite in WAL with FULL synchronisation, in a process of the Node that has it. */
export async function measureSqlite(folder: string, node24: string): Promise<SqliteFigures> {
  const args = [WRITER, path.join(folder, newId('sqlite')), canonicalize(ENTRY)];
  const { stdout } = await promisify(execFile)(node24, args);
  return JSON.parse(stdout) as SqliteFigures;
}

/** Lines a second, each written to an open file and not synchronised. */
export async function measurePlain(folder: string): Promise<number> {
  const file = openSync(path.join(folder, newId('plain')), 'a');
  const line = `${canonicalize(ENTRY)}\n`;
  try {
    const { perSecond } = await load(1, 100_000, () => Promise.resolve(writeSync(file, line)));
    return perSecond;
  } finally {
    closeSync(file);
  }
}
