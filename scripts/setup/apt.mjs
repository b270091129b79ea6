import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { cacheDir, repositoryDir } from './places.mjs';

/**
 * True for root on one of these systems, by their names in `/etc/os-release`.
 *
 * @param {...string} systems
 * @returns {boolean}
 */
export function isRootOn(...systems) {
  if (process.getuid?.() !== 0) return false;
  try {
    const [, id] = /^ID="?([a-z]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
    return systems.includes(id);
  } catch {
    return false;
  }
}

/**
 * Installs a package of the system, without what it only recommends.
 *
 * @param {string} name
 * @returns {Promise<void>}
 */
export async function aptInstall(name) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = (log) => ({
    cwd: repositoryDir,
    env,
    log: path.join(cacheDir, 'log', `${log}.log`),
  });
  // Without the time-out apt gives up at once while another apt holds the lock.
  const apt = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...apt, 'update'], options('apt-update'));
  const install = [...apt, 'install', '--no-install-recommends', name];
  await run('apt-get', install, options(`apt-install-${name}`));
}
