import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { format } from 'prettier';

import { createNotary } from '../../actionpass/scripts/vectors/jose.mjs';
import { brokenCases } from './vectors/broken.mjs';
import { validCases } from './vectors/valid.mjs';

/**
 * Compares the published vectors with what they are made from, or writes them.
 * Usage: node scripts/vectors.mjs [--write]
 *
 * Nothing of the library is used, so that the library is checked against something else. Keys,
 * identifiers, salts and times are fixed; a signature that holds is kept, because ES256 never
 * makes it twice.
 */
const folder = path.join(import.meta.dirname, '..', 'vectors');
const isWriting = process.argv.includes('--write');

await mkdir(folder, { recursive: true });
const published = (await readdir(folder)).filter((name) => /\.jsonl?$/.test(name));
const committed = new Map(
  await Promise.all(
    published.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')]),
  ),
);
// Lines of keys hold JSON in a string: unescaped, so that their signatures are found as well.
const notary = createNotary([...committed.values()].join('\n').replaceAll('\\"', '"'));
const files = new Map();
const index = [];
for (const { name, text, ...expected } of [...validCases(notary), ...brokenCases(notary)]) {
  const file = `${name}.jsonl`;
  if (files.has(file)) throw new Error(`${file} is there twice`);
  files.set(file, text);
  index.push({ file, ...expected });
}
files.set('exports.json', await format(JSON.stringify(index), { parser: 'json', printWidth: 100 }));

for (const [name, text] of files) {
  if (isWriting) await writeFile(path.join(folder, name), text);
  else if (committed.get(name) !== text) report(name);
}
for (const name of committed.keys()) {
  if (files.has(name)) continue;
  if (isWriting) await rm(path.join(folder, name));
  else report(name);
}

function report(name) {
  console.error(`vectors/${name} is not what it is made from: run scripts/vectors.mjs --write`);
  process.exitCode = 1;
}
