import {
  EncryptedKeyFile,
  KeyError,
  thumbprint,
  type CustodySigner,
  type KeyErrorCode,
  type PrivateJwk,
  type PublicJwk,
} from '@axtary/actionpass';

import { CliError } from './errors.js';

const ADVICE: Readonly<Partial<Record<KeyErrorCode, string>>> = {
  KEY_REFUSED: 'it stays as it is; give another name',
  KEY_UNAVAILABLE: 'check that its folder is there, and its permissions',
  KEY_PASSPHRASE_WRONG: 'try again, or make a new key with "axtary keys create"',
  KEY_FILE_DAMAGED: 'restore it, or make a new key with "axtary keys create"',
};

/** A private key on its way to the enforcement host, and the thumbprint of its public half. */
export interface PassKey {
  readonly kid: string;
  readonly jwk: PrivateJwk;
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
  try {
    const jwk = await new EncryptedKeyFile(file, { passphrase: () => passphrase }).unlock();
    return { kid: thumbprint(jwk), jwk };
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(error: unknown): unknown {
  if (!(error instanceof KeyError)) return error;
  const advice = ADVICE[error.code];
  const message = advice === undefined ? error.message : `${error.message}; ${advice}`;
  return new CliError('CLI_KEY_UNUSABLE', message, { cause: error });
}
