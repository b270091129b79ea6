import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';

import { messageOf } from '@axtary/core';
import { createFile } from '@axtary/core/durable-files';

import { originOf } from './checkpoint-note.js';
import { AnchorError } from './errors.js';
import { noteSigner, type PublishedNoteSigner } from './note-key.js';

/** Reads a small file that holds a secret, and decides what to do where others may read it. */
export type ReadSecret = (file: string) => Promise<string>;

/** Where the key that signs a ledger's notes lies if nothing else is said. */
export function noteKeyFile(ledger: string): string {
  return `${ledger}.note-key.pem`;
}

/**
 * The key that signs the checkpoint notes of a ledger, an Ed25519 key in a PEM file (PKCS #8); made
 * where there is none. It says whose notes they are; what makes them evidence is who else signs.
 *
 * @throws AnchorError `ANCHOR_SECRET_UNUSABLE`; as `readSecret`.
 */
export async function openNoteKey(
  file: string,
  log: string,
  readSecret: ReadSecret,
): Promise<PublishedNoteSigner> {
  await createWhereMissing(file).catch((cause: unknown) => {
    const message = `the key of the notes cannot be made: ${messageOf(cause)}`;
    throw new AnchorError('ANCHOR_SECRET_UNUSABLE', message, { cause });
  });
  const pem = await readSecret(file);
  try {
    return noteSigner(originOf(log), createPrivateKey(pem));
  } catch (cause) {
    const message = `${file} is no Ed25519 key in PEM`;
    throw new AnchorError('ANCHOR_SECRET_UNUSABLE', message, { cause });
  }
}

// Two anchors may want it at the same time: one makes it, and both read that one.
async function createWhereMissing(file: string): Promise<void> {
  if (existsSync(file)) return;
  const { privateKey } = generateKeyPairSync('ed25519');
  await createFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}
