import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { createNotary } from '../../../actionpass/scripts/vectors/jose.mjs';

/** Where the vectors are published. */
export const FOLDER = path.join(import.meta.dirname, '..', '..', 'vectors');

await mkdir(FOLDER, { recursive: true });
const names = (await readdir(FOLDER)).filter((name) => /\.jsonl?$/.test(name));

/** What is published, by name. */
export const COMMITTED = new Map(
  await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(FOLDER, name), 'utf8')]),
  ),
);

// Lines of keys hold JSON in a string: unescaped, so that their signatures are found as well.
export const notary = createNotary([...COMMITTED.values()].join('\n').replaceAll('\\"', '"'));
