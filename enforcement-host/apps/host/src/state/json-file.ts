import { readFile } from 'node:fs/promises';

import { parseStrictJson } from '@axtary/core';
import { replaceFile } from '@axtary/core/durable-files';
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

/** On return the file holds the value durably, mode 0600; before, what it held or the value. */
export function writeJsonFile(file: string, value: unknown): Promise<void> {
  return replaceFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

function unusable(file: string, cause: unknown): HostError {
  return new HostError(
    'HOST_STATE_UNUSABLE',
    `${file} is damaged or cannot be read; restore it or move it away`,
    { cause },
  );
}
