import { stat } from 'node:fs/promises';

import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { readText } from './read-text.js';
import { printable } from './terminal.js';

const MAX_BYTES = 8192;
const OTHERS = 0o077;

/**
 * The one line of a file that holds a secret; warns where others may read it.
 *
 * @param file an absolute path.
 * @param what names the secret, for people.
 * @throws CliError `CLI_USAGE` where it is not one line, `CLI_FILE_UNREADABLE`.
 */
export async function readSecretLine(
  file: string,
  what: string,
  context: CliContext,
): Promise<string> {
  const text = (await readSecret(file, context)).replace(/\r?\n$/, '');
  if (text !== '' && !/[\r\n]/.test(text)) return text;
  throw new CliError('CLI_USAGE', `${file} does not hold one line with a ${what}`);
}

/**
 * The text of a file that holds a secret; warns where others may read it.
 *
 * @param file an absolute path.
 * @throws CliError `CLI_FILE_UNREADABLE`.
 */
export async function readSecret(file: string, context: CliContext): Promise<string> {
  const text = await readText(file, MAX_BYTES);
  await warnOfReaders(file, context);
  return text;
}

/** Warns where others may read a file of secrets. */
export async function warnOfReaders(
  file: string,
  { platform, terminal }: CliContext,
): Promise<void> {
  if (platform === 'win32') return;
  const found = await stat(file);
  if (!found.isFile() || (found.mode & OTHERS) === 0) return;
  terminal.warn(`axtary: others may read ${printable(file)}; "chmod 600" it`);
}
