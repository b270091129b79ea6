import {
  EncryptedKeyFile,
  KeyError,
  type CustodySigner,
  type KeyErrorCode,
  type PublicJwk,
} from '@axtary/actionpass';
import { parseStrictJson } from '@axtary/core';
import type { HostStart } from '@axtary/protocol';
import { compactDecrypt, errors } from 'jose';
import { z } from 'zod';

import { CliError } from './errors.js';
import { readText } from './read-text.js';

const MAX_BYTES = 16 * 1024;
/** As `EncryptedKeyFile` bounds it: more would take seconds. */
const MAX_ITERATIONS = 5_000_000;

const ADVICE: Readonly<Partial<Record<KeyErrorCode, string>>> = {
  KEY_REFUSED: 'it stays as it is; give another name',
  KEY_UNAVAILABLE: 'check that its folder is there, and its permissions',
  KEY_PASSPHRASE_WRONG: 'try again, or make a new key with "axtary keys create"',
  KEY_FILE_DAMAGED: 'restore it, or make a new key with "axtary keys create"',
};

const privateJwkSchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
}) satisfies z.ZodType<HostStart['passKey']>;

/** A private key on its way to the enforcement host, and the thumbprint of its public half. */
export interface PassKey {
  readonly kid: string;
  readonly jwk: z.infer<typeof privateJwkSchema>;
}

/**
 * Makes a key in a new file, encrypted with the passphrase.
 *
 * @throws CliError `CLI_KEY_UNUSABLE`, also where there is a file; `CLI_USAGE` for a passphrase
 *   that is too short.
 */
export async function createKeyFile(file: string, passphrase: string): Promise<PublicJwk> {
  const keyFile = new EncryptedKeyFile(file, { passphrase: () => passphrase });
  try {
    return await keyFile.create();
  } catch (error) {
    if (error instanceof TypeError) {
      throw new CliError('CLI_USAGE', error.message, { cause: error });
    }
    throw unusable(error);
  }
}

/** @throws CliError `CLI_KEY_UNUSABLE`, also for a wrong passphrase. */
export async function openKeyFile(file: string, passphrase: string): Promise<CustodySigner> {
  try {
    return await new EncryptedKeyFile(file, { passphrase: () => passphrase }).signer();
  } catch (error) {
    throw unusable(error);
  }
}

/** The key itself, for the enforcement host to sign with. @throws as `openKeyFile`. */
export async function readPassKey(file: string, passphrase: string): Promise<PassKey> {
  const { kid } = await openKeyFile(file, passphrase);
  const jwe = (await readText(file, MAX_BYTES)).trim();
  try {
    const { plaintext } = await compactDecrypt(jwe, Buffer.from(passphrase), {
      keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: MAX_ITERATIONS,
    });
    return { kid, jwk: privateJwkSchema.parse(parseStrictJson(plaintext)) };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new CliError('CLI_KEY_UNUSABLE', `${file} changed while it was read; try again`);
  }
}

function unusable(error: unknown): unknown {
  if (!(error instanceof KeyError)) return error;
  const advice = ADVICE[error.code];
  const message = advice === undefined ? error.message : `${error.message}; ${advice}`;
  return new CliError('CLI_KEY_UNUSABLE', message, { cause: error });
}
