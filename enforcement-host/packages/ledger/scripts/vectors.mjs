import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { format } from 'prettier';

import { ANCHOR_CASES } from './vectors/broken/anchors.mjs';
import { CHAIN_CASES } from './vectors/broken/chain.mjs';
import { DISCLOSURE_CASES } from './vectors/broken/disclosures.mjs';
import { EXPORT_CASES } from './vectors/broken/exports.mjs';
import { LINE_CASES } from './vectors/broken/lines.mjs';
import { ORDER_CASES } from './vectors/broken/order.mjs';
import { SIGNATURE_CASES } from './vectors/broken/signatures.mjs';
import { COMMITTED, FOLDER, notary } from './vectors/notary.mjs';
import { validCases } from './vectors/valid.mjs';

/**
 * Compares the published vectors with what they are made from, or writes them.
 * Usage: node scripts/vectors.mjs [--write]
 *
 * Nothing of the library is used, so that the library is checked against something else. Keys,
 * identifiers, salts and times are fixed; a signature that holds is kept, because ES256 never
 * makes it twice.
 */
const isWriting = process.argv.includes('--write');

const BROKEN = [
  ...LINE_CASES,
  ...DISCLOSURE_CASES,
  ...CHAIN_CASES,
  ...SIGNATURE_CASES,
  ...ORDER_CASES,
  ...EXPORT_CASES,
  ...ANCHOR_CASES,
];
const files = new Map();
const index = [];
for (const { name, text, ...expected } of [...validCases(notary), ...BROKEN]) {
  const file = `${name}.jsonl`;
  if (files.has(file)) throw new Error(`${file} is there twice`);
  files.set(file, text);
  index.push({ file, ...expected });
}
files.set('exports.json', await format(JSON.stringify(index), { parser: 'json', printWidth: 100 }));

for (const [name, text] of files) {
  if (isWriting) await writeFile(path.join(FOLDER, name), text);
  else if (COMMITTED.get(name) !== text) report(name);
}
for (const name of COMMITTED.keys()) {
  if (files.has(name)) continue;
  if (isWriting) await rm(path.join(FOLDER, name));
  else report(name);
}

function report(name) {
  console.error(`vectors/${name} is not what it is made from: run scripts/vectors.mjs --write`);
  process.exitCode = 1;
}
