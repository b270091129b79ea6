import { createHash } from 'node:crypto';
import path from 'node:path';

/** What decides where state is kept; a composition root fills it in. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly homeFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Folder of the enforcement host's state, one per OS user. The enforcement host follows the same rule:
 * `AXTARY_STATE_DIR` where set; on Linux `$XDG_STATE_HOME/axtary`, else `~/.local/state/axtary`;
 * on macOS `~/Library/Application Support/Axtary`; on Windows `%LOCALAPPDATA%\Axtary`.
 */
export function stateFolder({ platform, homeFolder, env }: Machine): string {
  const paths = pathOf(platform);
  const given = env['AXTARY_STATE_DIR'];
  if (given !== undefined && given !== '') return paths.resolve(given);
  if (platform === 'darwin')
    return paths.join(homeFolder, 'Library', 'Application Support', 'Axtary');
  if (platform === 'win32') {
    return paths.join(env['LOCALAPPDATA'] ?? paths.join(homeFolder, 'AppData', 'Local'), 'Axtary');
  }
  const stateHome = env['XDG_STATE_HOME'];
  // XDG Base Directory Specification: a relative path is invalid and is ignored.
  if (stateHome !== undefined && path.posix.isAbsolute(stateHome))
    return paths.join(stateHome, 'axtary');
  return paths.join(homeFolder, '.local', 'state', 'axtary');
}

/**
 * Address of the control endpoint: `control.sock` in the state folder, or on Windows the pipe
 * `axtary-control-` and the first 16 hex digits of the SHA-256 of the folder's path in lower case.
 */
export function controlEndpoint(folder: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return path.posix.join(folder, 'control.sock');
  const hash = createHash('sha256').update(folder.toLowerCase()).digest('hex').slice(0, 16);
  return `\\\\.\\pipe\\axtary-control-${hash}`;
}

function pathOf(platform: NodeJS.Platform): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}
