import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

import { createFolder } from '@axtary/core/durable-files';

import { HostError } from '../errors.js';

/** Longest path of a Unix socket that every platform takes (sun_path of macOS is 104 bytes). */
const MAX_SOCKET_PATH = 103;

/** Everything the enforcement host keeps, in one folder that only its OS user can enter. */
export interface StateFolder {
  readonly root: string;
  /** Unix socket path, or the name of a pipe on Windows. */
  readonly controlEndpoint: string;
  readonly agentEndpoint: string;
  /** Claimed by the one enforcement host of this folder. */
  readonly lock: string;
  readonly log: string;
  readonly approvers: string;
  /** Public keys of passes, and revocations. */
  readonly passTrust: string;
  /** Which revocations were lifted. */
  readonly lifted: string;
  /** Passes and proofs that were used, by digest. */
  readonly used: string;
  workspace(key: string): WorkspaceFolder;
}

/** What is kept of one served workspace. */
export interface WorkspaceFolder {
  readonly root: string;
  readonly ledger: string;
  /** The private key that signs the ledger's checkpoints now. */
  readonly ledgerKey: string;
  /** The ledger's last signed head, apart from it. */
  readonly head: string;
  /** Payloads by digest, for looking back. */
  readonly payloads: string;
  readonly approvals: string;
  readonly trust: string;
  /** Every version of the policy that was enforced, by its hash. */
  readonly policies: string;
}

/**
 * Where state lives unless `AXTARY_STATE_DIR` says otherwise: `$XDG_STATE_HOME/axtary` or
 * `~/.local/state/axtary`, `~/Library/Application Support/Axtary`, `%LOCALAPPDATA%\Axtary`.
 * The extension and the CLI compute the same.
 */
export function defaultStateRoot(env: NodeJS.ProcessEnv, platform = process.platform): string {
  const chosen = env['AXTARY_STATE_DIR'];
  if (chosen) return path.resolve(chosen);
  const home = homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Axtary');
  if (platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'Axtary');
  }
  const stateHome = env['XDG_STATE_HOME'] ?? '';
  // XDG Base Directory Specification: a relative path is invalid and is ignored.
  const base = path.isAbsolute(stateHome) ? stateHome : path.join(home, '.local', 'state');
  return path.join(base, 'axtary');
}

export function stateFolder(root: string, platform = process.platform): StateFolder {
  return {
    root,
    controlEndpoint: endpoint(root, 'control', platform),
    agentEndpoint: endpoint(root, 'agent', platform),
    lock: path.join(root, 'host'),
    log: path.join(root, 'host.log'),
    approvers: path.join(root, 'approvers.json'),
    passTrust: path.join(root, 'pass-trust.json'),
    lifted: path.join(root, 'lifted.json'),
    used: path.join(root, 'used'),
    workspace: (key) =>
      workspaceFolder(path.join(root, 'workspaces', key), path.join(root, 'heads', `${key}.json`)),
  };
}

function workspaceFolder(root: string, head: string): WorkspaceFolder {
  return {
    root,
    ledger: path.join(root, 'ledger.jsonl'),
    ledgerKey: path.join(root, 'ledger-key.json'),
    head,
    payloads: path.join(root, 'payloads'),
    approvals: path.join(root, 'approvals'),
    trust: path.join(root, 'trust.json'),
    policies: path.join(root, 'policies'),
  };
}

/** Socket or pipe of an endpoint. A pipe's name carries the folder, for Windows has no path for it. */
function endpoint(root: string, name: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return path.join(root, `${name}.sock`);
  const hash = createHash('sha256').update(root.toLowerCase()).digest('hex').slice(0, 16);
  return `\\\\.\\pipe\\axtary-${name}-${hash}`;
}

/**
 * Makes the folder, durably, mode 0700 whatever the umask.
 *
 * @throws HostError `HOST_STATE_UNUSABLE` that says what to do.
 */
export async function prepareStateFolder(state: StateFolder): Promise<void> {
  if (process.platform !== 'win32' && Buffer.byteLength(state.controlEndpoint) > MAX_SOCKET_PATH) {
    throw new HostError(
      'HOST_STATE_UNUSABLE',
      `${state.root} is too long for a socket; set AXTARY_STATE_DIR to a shorter folder`,
    );
  }
  try {
    await createFolder(state.root);
    await chmod(state.root, 0o700);
  } catch (cause) {
    throw new HostError(
      'HOST_STATE_UNUSABLE',
      `${state.root} cannot be made or used; check its permissions or set AXTARY_STATE_DIR`,
      { cause },
    );
  }
}

/** Key of a workspace in endpoints and state: `ws_` and 16 hex digits of its real path's digest. */
export function workspaceKey(folder: string): string {
  return `ws_${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
}
