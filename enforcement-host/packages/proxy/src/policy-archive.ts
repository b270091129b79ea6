import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { policyHash } from '@axtary/actionpass';
import { sha256Schema } from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';
import { replaceFile } from '@axtary/core/durable-files';
import { givenText, parsePolicy, type Policy } from '@axtary/policy';

import type { ArchivedPolicy } from './replay.js';

/** A policy has a mebibyte at most, in UTF-16 units. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Every policy that was enforced, beside its ledger: `<folder>/<hex>.yml` is the text whose SHA-256
 * is the policy hash of decisions. `<hex>.given` lists the digests of what its preset and packs
 * brought, one a line, for that depends on the version of the software. Files 0600, folder 0700.
 */
export class LocalPolicyArchive {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** On return the policy is kept, durably; a second time does nothing. */
  async put(policy: Policy): Promise<void> {
    const hash = policyHash(policy);
    if ((await this.#text(hash)) === undefined) await this.#write(fileName(hash), policy.text);
    const given = givenDigest(policy);
    const before = await this.#given(hash);
    if (given === undefined || before.includes(given)) return;
    await this.#write(givenName(hash), [...before, given].map((one) => `${one}\n`).join(''));
  }

  /** The policy of this hash; `undefined` where it was not kept, or is not what its name says. */
  async get(hash: Sha256): Promise<ArchivedPolicy | undefined> {
    const text = await this.#text(hash);
    const policy = text === undefined ? undefined : parsePolicy(text).policy;
    if (!policy) return undefined;
    const given = givenDigest(policy);
    return { policy, isSame: (await this.#given(hash)).every((one) => one === given) };
  }

  async #text(hash: Sha256): Promise<string | undefined> {
    const text = await this.#read(fileName(hash));
    return text !== undefined && sha256(text) === hash ? text : undefined;
  }

  async #given(hash: Sha256): Promise<readonly Sha256[]> {
    const lines = (await this.#read(givenName(hash)))?.split('\n') ?? [];
    return lines.flatMap((line) => sha256Schema.safeParse(line).data ?? []);
  }

  async #read(name: string): Promise<string | undefined> {
    const file = path.join(this.#folder, name);
    try {
      return (await stat(file)).size > MAX_BYTES ? undefined : await readFile(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #write(name: string, text: string): Promise<void> {
    return replaceFile(path.join(this.#folder, name), text);
  }
}

function givenDigest({ document }: Policy): Sha256 | undefined {
  const text = givenText(document);
  return text === undefined ? undefined : sha256(text);
}

/** @throws TypeError for a hash that is none, which could name any file. */
function hexOf(hash: Sha256): string {
  if (sha256Schema.safeParse(hash).success) return hash.slice('sha256:'.length);
  throw new TypeError(`expected sha256 and 64 hex digits, got ${hash}`);
}

function fileName(hash: Sha256): string {
  return `${hexOf(hash)}.yml`;
}

function givenName(hash: Sha256): string {
  return `${hexOf(hash)}.given`;
}
