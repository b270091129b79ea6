import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { policyJsonSchema, policyTestsJsonSchema } from '@axtary/policy';
import { format } from 'prettier';

/**
 * Writes the JSON schemas of axtary.yml and of policy tests into schemas/, for editors other than
 * ours. Usage: node scripts/schemas.mjs [--check]
 */
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'schemas');
const SCHEMAS = {
  'axtary.schema.json': policyJsonSchema,
  'axtary-tests.schema.json': policyTestsJsonSchema,
};

await mkdir(folder, { recursive: true });
for (const [name, schemaOf] of Object.entries(SCHEMAS)) {
  const file = path.join(folder, name);
  const text = await format(JSON.stringify(schemaOf()), { parser: 'json', printWidth: 100 });
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`schemas/${name} is not what the policy package says: run scripts/schemas.mjs`);
    process.exitCode = 1;
  }
}
