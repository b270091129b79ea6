import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run, step } from './child.mjs';
import { cacheDir, repositoryDir } from './places.mjs';

/**
 * On return `node_modules` holds exactly what `package-lock.json` names for this platform.
 *
 * @returns {Promise<void>}
 */
export async function ensurePackages() {
  const wanted = readLock(path.join(repositoryDir, 'package-lock.json'));
  if (wanted === undefined) throw new Error('package-lock.json is missing: run `npm install` once');
  // npm writes this file last, so that an install that was cut short has none.
  const present = readLock(path.join(repositoryDir, 'node_modules', '.package-lock.json'));
  if (present !== undefined && holds(present, wanted)) return;
  await step('Installing the npm packages (npm ci)', () =>
    run('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: repositoryDir,
      log: path.join(cacheDir, 'log', 'npm-ci.log'),
    }),
  );
}

/**
 * True if the installed tree is the locked one: same places, same versions, same hashes, where
 * only what the lock calls optional may be missing (it is for another platform).
 *
 * @param {Record<string, LockedPackage>} present
 * @param {Record<string, LockedPackage>} wanted
 * @returns {boolean}
 */
function holds(present, wanted) {
  const isExtra = Object.keys(present).some((place) => !Object.hasOwn(wanted, place));
  if (isExtra) return false;
  return Object.entries(wanted).every(([place, locked]) => {
    const installed = present[place];
    if (installed === undefined) return isOptional(locked);
    return installed.version === locked.version && installed.integrity === locked.integrity;
  });
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

function isOptional(locked) {
  return locked.optional === true || locked.devOptional === true;
}

/** The packages of a lock file by their place, without the root; undefined if there is none. */
function readLock(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  const { packages } = JSON.parse(text);
  delete packages[''];
  return packages;
}
