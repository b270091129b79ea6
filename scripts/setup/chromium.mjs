import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { aptInstall, isRootOn } from './apt.mjs';
import { step } from './child.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const ADVICE =
  'No Chromium found. Install Chromium or Google Chrome so that it is on the PATH ' +
  '(on Debian, as root: apt-get install chromium), or set AXTARY_CHROMIUM to its executable.';

/**
 * Finds a Chromium, or installs Debian's.
 *
 * @returns {Promise<string>} the path of an executable
 * @throws {Error} that says what to do, where it can do neither
 */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  // Ubuntu is left out on purpose: its `chromium` package is a door to the snap store.
  if (!isRootOn('debian')) throw new Error(ADVICE);
  const title = 'Installing Chromium (Debian package, about 440 MB, once)';
  await step(title, () => aptInstall('chromium'));
  const installed = findChromium();
  if (installed === undefined) throw new Error(ADVICE);
  return installed;
}

/**
 * @returns {string | undefined} AXTARY_CHROMIUM, or the first of the usual names on the PATH
 * @throws {Error} if AXTARY_CHROMIUM is set and cannot be run
 */
function findChromium() {
  const chosen = process.env.AXTARY_CHROMIUM;
  if (chosen) {
    if (isExecutable(chosen)) return path.resolve(chosen);
    throw new Error(`AXTARY_CHROMIUM is ${chosen}, which is not an executable file`);
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const candidates = NAMES.flatMap((name) => folders.map((dir) => path.join(dir, name + suffix)));
  return candidates.find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
