import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';

import { isJsonObject, parseStrictJson, type JsonObject } from '@axtary/core';
import { createFile } from '@axtary/core/durable-files';
import { CompactEncrypt, compactDecrypt, errors } from 'jose';

import type { PrivateJwk, PublicJwk } from '../keys.js';
import { obtain, type Ask, type CustodySigner, type KeyCustodian } from './custodian.js';
import { KeyError } from './errors.js';
import { InMemoryKeyCustodian } from './in-memory.js';

const ALG = 'PBES2-HS512+A256KW';
const ENC = 'A256GCM';
const DEFAULT_ITERATIONS = 600_000;
/** OWASP's floor for PBKDF2-HMAC-SHA512. */
const MIN_ITERATIONS = 210_000;
/** A file with more is refused: reading it would take seconds. */
const MAX_ITERATIONS = 5_000_000;
const MAX_BYTES = 16 * 1024;
const MIN_PASSPHRASE_LENGTH = 12;

export interface EncryptedKeyFileOptions {
  /** Asked for each time the file is made or read; at least 12 characters. */
  readonly passphrase: Ask<string>;
  /** PBKDF2 rounds of a new file: 210,000 to 5,000,000; default: 600,000. */
  readonly iterations?: number;
}

/**
 * A private key in a file (0600), encrypted with a passphrase: a compact JWE (RFC 7516) by
 * `PBES2-HS512+A256KW` (RFC 7518 section 4.8) and `A256GCM` over the private JWK.
 */
export class EncryptedKeyFile implements KeyCustodian {
  readonly #file: string;
  readonly #passphrase: Ask<string>;
  readonly #iterations: number;

  /** @throws TypeError for a number of rounds that is out of bounds. */
  constructor(file: string, options: EncryptedKeyFileOptions) {
    const { iterations = DEFAULT_ITERATIONS, passphrase } = options;
    if (!(iterations >= MIN_ITERATIONS && iterations <= MAX_ITERATIONS)) {
      throw new TypeError(`expected ${MIN_ITERATIONS} to ${MAX_ITERATIONS} PBKDF2 rounds`);
    }
    this.#file = file;
    this.#passphrase = passphrase;
    this.#iterations = iterations;
  }

  /**
   * Makes a new key and keeps it; durable when it resolves. The folder must exist.
   *
   * @returns its public half.
   * @throws KeyError `KEY_REFUSED` where there is a file already, which is left as it is;
   *   TypeError for a passphrase that is too short.
   */
  async create(): Promise<PublicJwk> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = privateKey.export({ format: 'jwk' });
    const { publicJwk } = await new InMemoryKeyCustodian(privateKey).signer();
    await this.#write(await this.#encrypt(JSON.stringify(jwk)));
    return publicJwk;
  }

  async signer(): Promise<CustodySigner> {
    return new InMemoryKeyCustodian({ ...(await this.unlock()) }).signer();
  }

  /**
   * The private key itself, for a program that hands it on to the one that signs. To sign here, ask
   * for `signer()`. The caller must not let the JWK reach a file, an argument, an environment or a
   * log.
   *
   * @throws KeyError `KEY_UNAVAILABLE`, `KEY_PASSPHRASE_WRONG`, or `KEY_FILE_DAMAGED`, also where the
   *   two halves of the key do not belong together.
   */
  async unlock(): Promise<PrivateJwk> {
    const key = await this.#decrypt(await this.#read());
    try {
      const { publicJwk } = await new InMemoryKeyCustodian(key).signer();
      const { d = '' } = createPrivateKey({ key, format: 'jwk' }).export({ format: 'jwk' });
      return { ...publicJwk, d };
    } catch {
      // Without the cause: node quotes the value it refuses.
      throw new KeyError('KEY_FILE_DAMAGED', 'the file holds no private P-256 key');
    }
  }

  async #encrypt(text: string): Promise<string> {
    const passphrase = await obtain('passphrase', this.#passphrase);
    if (passphrase.length < MIN_PASSPHRASE_LENGTH) {
      throw new TypeError(`a passphrase has at least ${MIN_PASSPHRASE_LENGTH} characters`);
    }
    return new CompactEncrypt(Buffer.from(text))
      .setProtectedHeader({ alg: ALG, enc: ENC })
      .setKeyManagementParameters({ p2c: this.#iterations })
      .encrypt(Buffer.from(passphrase));
  }

  async #decrypt(jwe: string): Promise<JsonObject> {
    const secret = Buffer.from(await obtain('passphrase', this.#passphrase));
    try {
      const { plaintext } = await compactDecrypt(jwe, secret, {
        keyManagementAlgorithms: [ALG],
        contentEncryptionAlgorithms: [ENC],
        maxPBES2Count: MAX_ITERATIONS,
      });
      const jwk = parseStrictJson(plaintext);
      if (isJsonObject(jwk)) return jwk;
    } catch (error) {
      if (error instanceof errors.JWEDecryptionFailed) {
        throw new KeyError('KEY_PASSPHRASE_WRONG', 'wrong passphrase, or the file was altered');
      }
    }
    throw new KeyError('KEY_FILE_DAMAGED', `${path.basename(this.#file)} is no encrypted key`);
  }

  async #read(): Promise<string> {
    try {
      const handle = await open(this.#file, 'r');
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
        return buffer.toString('latin1', 0, bytesRead).trim();
      } finally {
        await handle.close();
      }
    } catch (cause) {
      throw this.#unavailable(cause);
    }
  }

  async #write(text: string): Promise<void> {
    const isNew = await createFile(this.#file, `${text}\n`).catch((cause: unknown) => {
      throw this.#unavailable(cause);
    });
    if (isNew) return;
    throw new KeyError('KEY_REFUSED', `${path.basename(this.#file)} is there already`);
  }

  #unavailable(cause: unknown): KeyError {
    return new KeyError('KEY_UNAVAILABLE', `${path.basename(this.#file)} cannot be used`, {
      cause,
    });
  }
}
