import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { run, step } from './child.mjs';
import { cacheDir, repositoryDir } from './places.mjs';

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
  if (!isRootOnDebian()) throw new Error(ADVICE);
  await step('Installing Chromium (Debian package, about 440 MB, once)', installChromium);
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

async function installChromium() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = (name) => ({
    cwd: repositoryDir,
    env,
    log: path.join(cacheDir, 'log', `${name}.log`),
  });
  // Without the time-out apt gives up at once while another apt holds the lock.
  const apt = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...apt, 'update'], options('apt-update'));
  await run(
    'apt-get',
    [...apt, 'install', '--no-install-recommends', 'chromium'],
    options('apt-install'),
  );
}

// Ubuntu is left out on purpose: its `chromium` package is a door to the snap store.
function isRootOnDebian() {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
