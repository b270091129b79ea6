import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const { layers } = createRequire(import.meta.url)('../layers.cjs');

/**
 * What is wrong between a package's manifest, its tsconfig and its row in layers.cjs: the tsconfig
 * references exactly the packages of ours that the manifest depends on, and the row allows them
 * and everything else that is installed with it.
 */
function problemsOf({ name, path: folder, mayImport }) {
  const manifest = readJson(path.join(root, folder, 'package.json'));
  const tsconfig = readJson(path.join(root, folder, 'tsconfig.json'));
  const references = (tsconfig.references ?? []).map((reference) => {
    const file = path.join(root, folder, reference.path, 'package.json');
    return readJson(file).name;
  });
  const installed = Object.keys(manifest.dependencies ?? {});
  const ours = [...installed, ...Object.keys(manifest.devDependencies ?? {})].filter(isOurs);
  return [
    ...(manifest.name === name ? [] : [`package.json is that of ${manifest.name}`]),
    ...missing(ours, references).map((it) => `tsconfig.json does not reference ${it}`),
    ...missing(references, ours).map((it) => `package.json does not depend on ${it}`),
    ...missing([...new Set([...installed, ...ours])], mayImport).map(
      (it) => `layers.cjs does not allow ${it}`,
    ),
  ].map((problem) => `${name}: ${problem}`);
}

function isOurs(name) {
  return layers.some((layer) => layer.name === name);
}

function missing(wanted, present) {
  return wanted.filter((it) => !present.includes(it));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

const problems = layers.flatMap(problemsOf);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`References and dependencies of ${layers.length} packages are in order.`);
