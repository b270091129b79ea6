import { spawnSync } from 'node:child_process';
import { aptInstall, isRootOn } from './apt.mjs';
import { step } from './child.mjs';

/**
 * Installs strace where it is missing and this account may. Where it may not, or cannot, the tests
 * that put faults into system calls say that they are skipped.
 *
 * @returns {Promise<void>}
 */
export async function ensureStrace() {
  if (hasStrace() || !isRootOn('debian', 'ubuntu')) return;
  try {
    await step('Installing strace (a package of the system, once)', () => aptInstall('strace'));
  } catch (error) {
    console.log(error.message);
  }
}

function hasStrace() {
  return spawnSync('strace', ['--version']).status === 0;
}
