import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { format } from 'prettier';

import { approvalCases } from './vectors/approvals.mjs';
import { delegationCases } from './vectors/delegations.mjs';
import { createNotary } from './vectors/jose.mjs';
import { passCases } from './vectors/passes.mjs';
import { proofCases } from './vectors/proofs.mjs';

/**
 * Compares the published vectors with what they are made from, or writes them.
 * Usage: node scripts/vectors.mjs [--write]
 *
 * Nothing of the library is used, so that the library is checked against something else. Keys,
 * identifiers and times are fixed; a signature that holds is kept, because ES256 never makes it
 * twice.
 */
const folder = path.join(import.meta.dirname, '..', 'vectors');
const FILES = {
  'passes.json': passCases,
  'proofs.json': proofCases,
  'delegations.json': delegationCases,
  'approvals.json': approvalCases,
};

await mkdir(folder, { recursive: true });
for (const [name, casesOf] of Object.entries(FILES)) {
  const file = path.join(folder, name);
  const committed = await readFile(file, 'utf8').catch(() => '');
  const cases = casesOf(createNotary(committed));
  const text = await format(JSON.stringify(cases), { parser: 'json', printWidth: 100 });
  if (process.argv.includes('--write')) await writeFile(file, text);
  else if (committed !== text) {
    console.error(`vectors/${name} is not what it is made from: run scripts/vectors.mjs --write`);
    process.exitCode = 1;
  }
}
