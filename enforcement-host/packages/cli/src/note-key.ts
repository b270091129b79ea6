import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

import { messageOf } from '@axtary/core';
import { noteSigner, originOf, type PublishedNoteSigner } from '@axtary/ledger';

import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { readText } from './read-text.js';
import { warnOfReaders } from './secret-file.js';

const MAX_BYTES = 4096;

/** Where the key that signs a ledger's notes lies if nothing else is said. */
export function noteKeyFile(ledger: string): string {
  return `${ledger}.note-key.pem`;
}

/**
 * The key that signs the checkpoint notes of a ledger, an Ed25519 key in a PEM file (PKCS #8); made
 * where there is none. It says whose notes they are; what makes them evidence is who else signs.
 *
 * @throws CliError `CLI_KEY_UNUSABLE`, `CLI_FILE_UNREADABLE`.
 */
export async function openNoteKey(
  file: string,
  log: string,
  context: CliContext,
): Promise<PublishedNoteSigner> {
  await createWhereMissing(file);
  const pem = await readText(file, MAX_BYTES);
  await warnOfReaders(file, context);
  try {
    return noteSigner(originOf(log), createPrivateKey(pem));
  } catch (cause) {
    throw new CliError('CLI_KEY_UNUSABLE', `${file} is no Ed25519 key in PEM`, { cause });
  }
}

async function createWhereMissing(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    await writeFile(file, pem, { flag: 'wx', mode: 0o600, flush: true });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return;
    const message = `the key of the notes cannot be made: ${messageOf(cause)}`;
    throw new CliError('CLI_KEY_UNUSABLE', message, { cause });
  }
}
