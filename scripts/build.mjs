import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import webpack from 'webpack';

import { bundles, hostEntry } from '../webpack.config.mjs';

const root = path.dirname(import.meta.dirname);
const HOST_FILES = [
  'enforcement-host.cjs',
  'prove-worker.cjs',
  'axtary.wasm',
  'axtary.wasm.NOTICE',
  'cedar_wasm_bg.wasm',
];
const cliDist = 'enforcement-host/packages/cli/dist';
const require = createRequire(import.meta.url);

/**
 * Type-checks everything, then makes the bundles in `dist`.
 *
 * @param {{ forPackage: boolean }} options With `forPackage` every bundle must be there.
 * @throws Error that says what failed; the details have been printed.
 */
export async function build({ forPackage }) {
  if (forPackage && !existsSync(hostEntry)) {
    throw new Error(
      'expected the sources of the enforcement host: a package without it enforces nothing',
    );
  }
  compile();
  const stats = await bundle();
  console.log(stats.toString({ preset: 'minimal', colors: process.stdout.isTTY }));
  if (stats.hasErrors()) throw new Error('the bundles have errors');
  // `axtary proxy` starts the same enforcement host as the extension does.
  for (const file of HOST_FILES) {
    copyFileSync(path.join(root, 'dist', file), path.join(root, cliDist, file));
  }
  for (const { name, assets } of stats.toJson({ all: false, assets: true }).children) {
    for (const asset of assets)
      console.log(`${name}: ${asset.name} ${Math.ceil(asset.size / 1024)} kB`);
  }
}

function compile() {
  const tsc = require.resolve('typescript/lib/tsc.js');
  const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the sources do not compile');
}

function bundle() {
  return new Promise((resolve, reject) => {
    const compiler = webpack(bundles);
    compiler.run((error, stats) => {
      compiler.close(() => {
        if (error) reject(error);
        else resolve(stats);
      });
    });
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await build({ forPackage: process.argv.includes('--package') });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
