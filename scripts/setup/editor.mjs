import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run, step } from './child.mjs';
import { cacheDir } from './places.mjs';

const CODE_SERVER = '4.139.1';
const VSCODE = '1.139.1';
const NODE_MAJOR = '24';
const editorDir = path.join(cacheDir, 'editor');
const logDir = path.join(cacheDir, 'log');
// code-server's own install scripts need a compiler and GitHub; what they do that matters is below.
const PLAIN = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * On return a real VS Code (code-server, from npm, without a build) is in `.cache/editor`.
 *
 * @returns {Promise<{ node24: string, entry: string }>} run it as `node24 entry`
 */
export async function ensureEditor() {
  if (!['linux', 'darwin'].includes(process.platform)) {
    throw new Error(`The test editor runs on Linux and macOS, not on ${process.platform}.`);
  }
  const node24 = await ensureNode24();
  const title = `Installing the editor (VS Code ${VSCODE}, about 600 MB, once)`;
  const dir = await ensureInstalled(`code-server-${CODE_SERVER}`, title, (fresh) =>
    installCodeServer(fresh, node24),
  );
  return { node24, entry: path.join(dir, 'node_modules/code-server/out/node/entry.js') };
}

/**
 * On return there is a Node 24, which the editor needs, and SQLite in the benchmarks: this
 * process's own, or one from npm in `.cache/editor`.
 *
 * @returns {Promise<string>} the path of its executable
 */
export async function ensureNode24() {
  if (process.versions.node.split('.')[0] === NODE_MAJOR) return process.execPath;
  const title = `Installing Node ${NODE_MAJOR} (about 190 MB, once)`;
  const dir = await ensureInstalled(`node-${NODE_MAJOR}`, title, (fresh) =>
    run('npm', ['install', `node@${NODE_MAJOR}`, '--no-audit', '--no-fund'], {
      cwd: fresh,
      log: path.join(logDir, 'node24.log'),
    }),
  );
  return path.join(dir, 'node_modules/node/bin/node');
}

/**
 * Installs into a folder of its own that gets its name only when it is complete, so that a folder
 * of that name is always whole, whoever was interrupted.
 */
async function ensureInstalled(name, title, install) {
  const target = path.join(editorDir, name);
  const stamp = path.join(target, 'complete');
  if (await exists(stamp)) return target;
  await mkdir(editorDir, { recursive: true });
  await removeLeftovers();
  const fresh = path.join(editorDir, `${name}.partial-${process.pid}`);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh);
  // A package.json of its own, else npm would install into the repository above.
  await writeFile(path.join(fresh, 'package.json'), '{ "private": true }\n');
  await step(title, () => install(fresh));
  await writeFile(path.join(fresh, 'complete'), '');
  await adopt(fresh, target, stamp);
  return target;
}

async function adopt(fresh, target, stamp) {
  try {
    await rename(fresh, target);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    // Another process was faster. If what is there is not whole, it is nobody's.
    if (await exists(stamp)) return await rm(fresh, { recursive: true, force: true });
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
  }
}

/** Removes what installs that were cut short left behind. */
async function removeLeftovers() {
  for (const name of await readdir(editorDir)) {
    const pid = /\.partial-(\d+)$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(path.join(editorDir, name), { recursive: true, force: true });
  }
}

async function installCodeServer(dir, node24) {
  const env = {
    ...process.env,
    PATH: `${path.dirname(node24)}${path.delimiter}${process.env.PATH}`,
  };
  const npm = (cwd, name, args) =>
    run('npm', ['install', ...args, ...PLAIN], { cwd, env, log: path.join(logDir, `${name}.log`) });
  const vscode = path.join(dir, 'node_modules/code-server/lib/vscode');
  const extensions = path.join(vscode, 'extensions');
  await npm(dir, 'editor', [`code-server@${CODE_SERVER}`]);
  await npm(vscode, 'editor-vscode', ['--omit=dev']);
  await npm(extensions, 'editor-extensions', ['--omit=dev']);
  const log = path.join(logDir, 'editor-postinstall.log');
  await run(node24, ['postinstall.mjs'], { cwd: extensions, env, log });
  const os = process.platform;
  await link(path.join(vscode, 'bin/remote-cli'), `code-${os}.sh`, 'code-server');
  await link(path.join(vscode, 'bin/helpers'), `browser-${os}.sh`, 'browser.sh');
  await expectVersion(dir);
}

async function link(dir, target, name) {
  await rm(path.join(dir, name), { force: true });
  await symlink(target, path.join(dir, name));
}

async function expectVersion(dir) {
  const product = path.join(dir, 'node_modules/code-server/lib/vscode/product.json');
  const { version } = JSON.parse(await readFile(product, 'utf8'));
  if (version !== VSCODE) throw new Error(`The editor is VS Code ${version}, not ${VSCODE}.`);
}

async function exists(file) {
  return await readFile(file).then(
    () => true,
    () => false,
  );
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
