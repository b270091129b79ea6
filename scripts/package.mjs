import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { statSync } from 'node:fs';
import path from 'node:path';
import { repositoryDir } from './setup/places.mjs';

const MAX_BYTES = 4 * 1024 * 1024;

/** What the VSIX holds, and nothing else: a file that is not named here does not ship. */
const CONTENTS = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'dist/axtary.wasm',
  'dist/axtary.wasm.NOTICE',
  'dist/cedar_wasm_bg.wasm',
  'dist/enforcement-host.cjs',
  'dist/extension.cjs',
  'dist/prove-worker.cjs',
  'dist/webview/approval.css',
  'dist/webview/approval.js',
  'dist/webview/codicon.css',
  'dist/webview/codicon.ttf',
  'media/axtary.svg',
  'media/icon.png',
  'media/panel-dark.svg',
  'media/panel-light.svg',
  'media/walkthrough-agents.md',
  'media/walkthrough-approve.md',
  'media/walkthrough-policy.md',
  'media/walkthrough-simulate.md',
  'package.json',
  'schemas/axtary-tests.schema.json',
  'schemas/axtary.schema.json',
];

const require = createRequire(import.meta.url);
const vsce = require.resolve('@vscode/vsce/vsce');
const vsix = path.join(repositoryDir, 'dist', 'axtary.vsix');

/** Makes dist/axtary.vsix from bundles that are there, and checks what is in it. */
function main() {
  const listed = vsceOutput(['ls', '--no-dependencies']).trim().split('\n').sort();
  const extra = listed.filter((file) => !CONTENTS.includes(file));
  const missing = CONTENTS.filter((file) => !listed.includes(file));
  if (extra.length + missing.length > 0) {
    fail(
      `the VSIX would hold ${extra.join(', ') || 'nothing'} too much and lack ${missing.join(', ') || 'nothing'}`,
    );
  }
  vsceOutput(['package', '--no-dependencies', '--out', vsix]);
  const { size } = statSync(vsix);
  if (size > MAX_BYTES) fail(`the VSIX is ${size} bytes, more than ${MAX_BYTES}`);
  console.log(`${vsix}: ${Math.ceil(size / 1024)} kB`);
}

function vsceOutput(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [vsce, ...args], {
    cwd: repositoryDir,
    encoding: 'utf8',
  });
  if (status !== 0) fail(`vsce ${args[0]}: ${stderr || stdout}`);
  return stdout;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

main();
