import type { Clock } from '@axtary/core';

import type { AnchorTarget } from './anchor.js';
import { ControlPlaneAnchor } from './control-plane.js';
import { AnchorError } from './errors.js';
import { FileAnchor } from './file.js';
import { GitAnchor, type GitAnchorOptions } from './git.js';
import { noteKeyFile, openNoteKey, type ReadSecret } from './note-key-file.js';
import { parseVerifierKey, type PublishedNoteSigner } from './note-key.js';
import { OtlpAnchor } from './otlp.js';
import { WitnessAnchor, type ProveConsistency } from './witness.js';

/** What a command line or a setting says of an anchor. Files and folders have absolute paths. */
export type AnchorDescription =
  | {
      readonly to: 'witness';
      readonly url: string;
      /** Its verifier key: `name+hash+key`. */
      readonly witnessKey: string;
      /** PEM of the key of the notes; beside the ledger by default. Made where it is missing. */
      readonly noteKey?: string;
    }
  | ({
      readonly to: 'git';
      /** As for a witness. */
      readonly noteKey?: string;
    } & Pick<GitAnchorOptions, 'repository' | 'branch' | 'remote'>)
  | { readonly to: 'file'; readonly out: string }
  | {
      readonly to: 'otlp';
      readonly url: string;
      /** Holds the bearer, on one line. */
      readonly bearerFile?: string;
    }
  | { readonly to: 'control-plane'; readonly url: string; readonly bearerFile: string };

export interface AnchorTargetOptions {
  /** The ledger whose checkpoints are taken there. */
  readonly ledger: {
    readonly file: string;
    readonly log: string;
    readonly prove: ProveConsistency;
  };
  readonly readSecret: ReadSecret;
  readonly env: GitAnchorOptions['env'];
  readonly clock: Clock;
  /** Of this software. */
  readonly version: string;
}

const BEARER_LINE = /^([\x21-\x7e]+)\r?\n?$/;

/**
 * Makes an anchor of its description, and reads the secrets that it needs. It is not asked yet.
 *
 * @throws TypeError for what is no address, no key or no name; AnchorError
 *   `ANCHOR_SECRET_UNUSABLE`; as `readSecret`.
 */
export async function openAnchorTarget(
  described: AnchorDescription,
  options: AnchorTargetOptions,
): Promise<AnchorTarget> {
  const { ledger, readSecret, env, clock, version } = options;
  switch (described.to) {
    case 'witness': {
      const verifier = parseVerifierKey(described.witnessKey);
      const signer = await signerOf(described, options);
      return new WitnessAnchor({ url: described.url, verifier, signer, prove: ledger.prove });
    }
    case 'git': {
      const signer = await signerOf(described, options);
      return new GitAnchor({ ...described, signer, env });
    }
    case 'file':
      return new FileAnchor(described.out, clock);
    case 'otlp': {
      const { url, bearerFile } = described;
      const bearer = bearerFile === undefined ? undefined : await bearerOf(bearerFile, readSecret);
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      return new OtlpAnchor({ url, clock, headers, version });
    }
    case 'control-plane': {
      const bearer = await bearerOf(described.bearerFile, readSecret);
      return new ControlPlaneAnchor({ url: described.url, bearer });
    }
  }
}

function signerOf(
  { noteKey }: { readonly noteKey?: string | undefined },
  { ledger, readSecret }: AnchorTargetOptions,
): Promise<PublishedNoteSigner> {
  return openNoteKey(noteKey ?? noteKeyFile(ledger.file), ledger.log, readSecret);
}

async function bearerOf(file: string, readSecret: ReadSecret): Promise<string> {
  const [, bearer] = BEARER_LINE.exec(await readSecret(file)) ?? [];
  if (bearer !== undefined) return bearer;
  const message = `${file} does not hold one line with a bearer`;
  throw new AnchorError('ANCHOR_SECRET_UNUSABLE', message);
}
