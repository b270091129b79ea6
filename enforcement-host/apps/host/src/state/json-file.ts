import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { parseStrictJson } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import type { z } from 'zod';

import { HostError } from '../errors.js';

/**
 * Reads a state file. `undefined` when there is none.
 *
 * @throws HostError `HOST_STATE_UNUSABLE` when it is damaged: state is never silently begun anew.
 */
export async function readJsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, cause);
  }
  try {
    return schema.parse(parseStrictJson(bytes));
  } catch (cause) {
    throw unusable(file, cause);
  }
}

/** On return the file holds the value durably, mode 0600; on failure it holds what it held. */
export async function writeJsonFile(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${newId('tmp')}`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function unusable(file: string, cause: unknown): HostError {
  return new HostError(
    'HOST_STATE_UNUSABLE',
    `${file} is damaged or cannot be read; restore it or move it away`,
    { cause },
  );
}
