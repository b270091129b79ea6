// Compiles rego/axtary.rego to WebAssembly and pins both by their hashes.
//
//   OPA=path/to/opa npm run build:rego --workspace @axtary/prover
//
// OPA may also be `opalite`: any program that knows `version` and
// `compile -e ENTRYPOINT -o FILE MODULE`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const ENTRYPOINT = 'axtary/result';
const folder = join(import.meta.dirname, '..');
const module = join(folder, 'rego', 'axtary.rego');
// The compiler writes the name of its input into its output: a plain one is the same everywhere.
const inItsFolder = { cwd: join(folder, 'rego') };
const { OPA } = process.env;
if (OPA === undefined) throw new Error('expected OPA=path of an opa that compiles to WebAssembly');
const opa = resolve(OPA);

const isOpa = basename(opa) === 'opa';
const bytes = isOpa ? buildWithOpa() : buildWithCompiler();
writeFileSync(join(folder, 'rego', 'axtary.wasm'), bytes);
const pin = { opa: opaVersion(), module: sha256(readFileSync(module)), wasm: sha256(bytes) };
writeFileSync(join(folder, 'rego', 'axtary.wasm.json'), `${JSON.stringify(pin, undefined, 2)}\n`);
writeFileSync(
  join(folder, 'src', 'rego-pin.ts'),
  `/** Written by scripts/build-rego.mjs: digest of rego/axtary.wasm. */
export const REGO_WASM_SHA256 =
  '${pin.wasm}';
`,
);

function buildWithCompiler() {
  return inFolder((temporary) => {
    const wasm = join(temporary, 'policy.wasm');
    execFileSync(opa, ['compile', '-e', ENTRYPOINT, '-o', wasm, basename(module)], inItsFolder);
    return readFileSync(wasm);
  });
}

function buildWithOpa() {
  return inFolder((temporary) => {
    const bundle = join(temporary, 'bundle.tar.gz');
    const how = ['-t', 'wasm', '-O', '0', '-e', ENTRYPOINT, '-o', bundle];
    execFileSync(opa, ['build', ...how, basename(module)], inItsFolder);
    execFileSync('tar', ['-xzf', bundle, '-C', temporary]);
    return readFileSync(join(temporary, 'policy.wasm'));
  });
}

function inFolder(build) {
  const temporary = mkdtempSync(join(tmpdir(), 'rego-'));
  try {
    return build(temporary);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

function opaVersion() {
  const text = execFileSync(opa, ['version'], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+\S*/.exec(text)?.[0] ?? text.trim();
}

function sha256(data) {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}
