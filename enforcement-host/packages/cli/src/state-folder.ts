import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Folder of the enforcement host's state: `AXTARY_STATE_DIR` where set; on Linux
 * `$XDG_STATE_HOME/axtary`, else `~/.local/state/axtary`; on macOS
 * `~/Library/Application Support/Axtary`; on Windows `%LOCALAPPDATA%\Axtary`.
 * The enforcement host and the extension follow the same rule.
 */
export function defaultStateFolder({ env, platform }: Machine): string {
  const chosen = env['AXTARY_STATE_DIR'];
  if (chosen) return path.resolve(chosen);
  const home = homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Axtary');
  if (platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'Axtary');
  }
  const stateHome = env['XDG_STATE_HOME'];
  // XDG Base Directory Specification: a relative path is invalid and is ignored.
  if (stateHome && path.isAbsolute(stateHome)) return path.join(stateHome, 'axtary');
  return path.join(home, '.local', 'state', 'axtary');
}

/**
 * Address of the agent endpoint: `agent.sock` in the state folder, or on Windows the pipe
 * `axtary-agent-` and the first 16 hex digits of the SHA-256 of the folder's path in lower case.
 */
export function agentEndpoint(state: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return path.join(state, 'agent.sock');
  const hash = createHash('sha256').update(state.toLowerCase()).digest('hex').slice(0, 16);
  return `\\\\.\\pipe\\axtary-agent-${hash}`;
}

/** Public keys of passes, and revocations: a `LocalTrustStore`, shared with the enforcement host. */
export function passTrustFile(state: string): string {
  return path.join(state, 'pass-trust.json');
}

/** Which revocations people have lifted; only the enforcement host writes it. */
export function liftedFile(state: string): string {
  return path.join(state, 'lifted.json');
}

/**
 * The ledger of a workspace, under `ws_` and 16 hex digits of the digest of its real path.
 *
 * @throws CliError `CLI_FILE_UNREADABLE` when the folder is not there.
 */
export async function ledgerFile(state: string, workspace: string): Promise<string> {
  const folder = await realFolder(workspace);
  const key = `ws_${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  return path.join(state, 'workspaces', key, 'ledger.jsonl');
}

/** @throws CliError `CLI_FILE_UNREADABLE` when the folder is not there. */
export async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (cause) {
    // Hooks need none of it, and agents wait for them.
    const { CliError } = await import('./errors.js');
    throw new CliError('CLI_FILE_UNREADABLE', `there is no folder ${folder}`, { cause });
  }
}
