import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ARTIFACT_TYPES, canonicalize, messageOf } from '@axtary/core';
import { createFolder, replaceFileWith } from '@axtary/core/durable-files';
import { z } from 'zod';

import { LedgerError } from '../errors.js';
import { checkpointKeySchema } from '../record/bodies.js';
import {
  CheckpointVerifier,
  type LedgerArtifact,
  type LedgerSigner,
} from '../record/checkpoint.js';
import type { EpochKeys } from './epoch-keys.js';

const privateKeySchema = checkpointKeySchema.extend({ d: z.string().length(43) });
type PrivateKey = z.infer<typeof privateKeySchema>;

// One line of JSON, mode 0600: the key of this epoch, and while a change is under way the next.
const fileSchema = z.strictObject({ keys: z.array(privateKeySchema) });

/**
 * Keys in a file of this account. A key that goes is overwritten before its file is given back;
 * that the disk keeps no older copy of the block, no program can promise.
 */
export class LocalEpochKeys implements EpochKeys {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async find(kid: string): Promise<LedgerSigner | undefined> {
    const signers = (await this.#read()).map(signerOf);
    return signers.find((signer) => signer.kid === kid);
  }

  async make(): Promise<LedgerSigner> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKeySchema.parse(privateKey.export({ format: 'jwk' }));
    await this.#replace([...(await this.#read()), key]);
    return signerOf(key);
  }

  async keepOnly(kid: string): Promise<void> {
    const keys = await this.#read();
    const kept = keys.filter((key) => signerOf(key).kid === kid);
    if (kept.length < keys.length) await this.#replace(kept);
  }

  async #read(): Promise<readonly PrivateKey[]> {
    let text;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
      throw unusable(cause);
    }
    try {
      return fileSchema.parse(JSON.parse(text)).keys;
    } catch (cause) {
      throw unusable(cause);
    }
  }

  async #replace(keys: readonly PrivateKey[]): Promise<void> {
    const old = await open(this.#file, 'r+').catch(() => undefined);
    try {
      await createFolder(dirname(this.#file));
      await replaceFileWith(this.#file, {
        // Under the ledger's lock: no draft with a private key stays for longer than an epoch.
        isOnlyWriter: true,
        write: (draft) => draft.writeFile(`${JSON.stringify({ keys })}\n`),
      });
      if (old) await overwrite(old);
    } catch (cause) {
      throw unusable(cause);
    } finally {
      await old?.close().catch(() => undefined);
    }
  }
}

async function overwrite(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  await handle.write(Buffer.alloc(size), 0, size, 0);
  await handle.datasync();
}

function unusable(cause: unknown): LedgerError {
  const message = `the key of checkpoints cannot be read or kept: ${messageOf(cause)}`;
  return new LedgerError('LEDGER_CHECKPOINT_FAILED', message, { cause });
}

/** A signer for a ledger with a private P-256 key. */
export function localLedgerSigner(privateKey: KeyObject): LedgerSigner {
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicJwk = checkpointKeySchema.parse({ kty, crv, x, y });
  const { kid } = new CheckpointVerifier(publicJwk);
  return {
    kid,
    publicJwk,
    sign(artifact: LedgerArtifact, payloadText: string): string {
      const header = canonicalize({ alg: 'ES256', kid, typ: ARTIFACT_TYPES[artifact] });
      const signed = `${base64url(header)}.${base64url(payloadText)}`;
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

function signerOf(key: PrivateKey): LedgerSigner {
  return localLedgerSigner(createPrivateKey({ key, format: 'jwk' }));
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
