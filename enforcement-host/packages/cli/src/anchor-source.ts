import path from 'node:path';

import {
  ControlPlaneAnchor,
  GitAnchor,
  parseVerifierKey,
  type AnchorSource,
  type KnownState,
} from '@axtary/ledger';

import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { checked } from './needed-options.js';
import { readSecretLine } from './secret-file.js';

export interface AnchorSourceOptions {
  /** Verifier keys, `name+hash+key`, of the notes in a git repository. */
  readonly anchorKey: readonly string[];
  /** The bearer for a control plane, on one line. */
  readonly bearerFile?: string;
}

const GIT = 'git:';
const HTTP = /^https?:\/\//;

/**
 * Where anchors are fetched from: `git:REPOSITORY[#BRANCH]`, or the address of a control plane;
 * `undefined` for what is neither.
 *
 * @throws CliError `CLI_USAGE` where that needs a key or a bearer, `CLI_FILE_UNREADABLE`.
 */
export async function anchorSource(
  text: string,
  { anchorKey, bearerFile }: AnchorSourceOptions,
  context: CliContext,
): Promise<AnchorSource | undefined> {
  if (text.startsWith(GIT)) return gitSource(text.slice(GIT.length), anchorKey, context);
  if (!HTTP.test(text)) return undefined;
  if (bearerFile === undefined) {
    throw new CliError('CLI_USAGE', `--anchor ${text} needs --bearer-file`);
  }
  const bearer = await readSecretLine(path.resolve(context.cwd, bearerFile), 'bearer', context);
  return checked(() => new ControlPlaneAnchor({ url: text, bearer }));
}

async function gitSource(
  text: string,
  keys: readonly string[],
  { cwd, env }: CliContext,
): Promise<AnchorSource> {
  if (keys.length === 0) {
    const message = `--anchor ${GIT}${text} needs --anchor-key: what "axtary ledger note-key" prints`;
    throw new CliError('CLI_USAGE', message);
  }
  const at = text.lastIndexOf('#');
  const [folder, branch] = at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
  const repository = path.resolve(cwd, folder);
  return checked(() =>
    new GitAnchor({ repository, env, ...(branch !== undefined && { branch }) }).signedBy(
      keys.map(parseVerifierKey),
    ),
  );
}

/**
 * What a source knows of a ledger, at least one state.
 *
 * @throws CliError `CLI_ANCHOR_UNKNOWN` where it knows nothing; AnchorError.
 */
export async function fetchAnchors(
  source: AnchorSource,
  log: string,
): Promise<readonly KnownState[]> {
  const known = (await source.read(log)).filter(({ size }) => size > 0);
  if (known.length > 0) return known;
  const message =
    `${source.name} has no checkpoint of ${log} that counts: fetch what it lacks, ` +
    'or name the place and the key that "axtary ledger anchor" used';
  throw new CliError('CLI_ANCHOR_UNKNOWN', message);
}
