import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { delegationClaimsSchema, passClaimsSchema } from '@axtary/actionpass';
import { recordSchema, redactedRecordSchema } from '@axtary/ledger';
import { policyJsonSchema, policyTestsJsonSchema } from '@axtary/policy';
import { format } from 'prettier';
import { z } from 'zod';

/**
 * Writes the JSON schemas of axtary.yml and of policy tests, for editors other than ours, and those
 * of signed claims, for verifiers other than ours, into schemas/.
 * Usage: node scripts/schemas.mjs [--check]
 */
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'schemas');
const PUBLISHED_AT = 'https://raw.githubusercontent.com/axtary/axtary/HEAD/schemas';
const VERSION_RULE =
  'A verifier takes every `ver` that it knows and refuses any other. Members are closed: one that ' +
  'is not listed makes the claims malformed, and a new member means a new version.';

const SCHEMAS = {
  'axtary.schema.json': policyJsonSchema,
  'axtary-tests.schema.json': policyTestsJsonSchema,
  'actionpass.schema.json': (name) =>
    claimsJsonSchema(passClaimsSchema, {
      $id: `${PUBLISHED_AT}/${name}`,
      title: 'Claims of an ActionPass',
      description: `Payload of a compact JWS, ES256, with the typ actionpass+jwt. Version 0 binds content; version 1 also binds the key of its holder. ${VERSION_RULE}`,
    }),
  'delegation.schema.json': (name) =>
    claimsJsonSchema(delegationClaimsSchema, {
      $id: `${PUBLISHED_AT}/${name}`,
      title: 'Claims of a delegation pass',
      description: `Payload of a compact JWS, ES256, with the typ axtary-delegation+jwt. ${VERSION_RULE} Beside what this schema says, tools and resources are globs as in a policy, of at most 16 segments, and no two budgets have the same id.`,
    }),
  'ledger-record.schema.json': (name) =>
    claimsJsonSchema(recordSchema, {
      $id: `${PUBLISHED_AT}/${name}`,
      title: 'A record of the ledger',
      description: `A record with all of its sealed members open; docs/ledger-format.md says how they are opened. A public JWK has no member d and no member k. Members are closed.`,
    }),
  'ledger-record-redacted.schema.json': (name) =>
    claimsJsonSchema(redactedRecordSchema, {
      $id: `${PUBLISHED_AT}/${name}`,
      title: 'A record of the ledger without some of its sealed members',
      description: `As ledger-record.schema.json, where members that are sealed may be absent.`,
    }),
};

/** The JSON Schema (draft 2020-12) of signed claims, with what names and describes it. */
function claimsJsonSchema(claims, annotations) {
  const { $schema, ...schema } = z.toJSONSchema(claims, { unrepresentable: 'any' });
  const text = JSON.stringify({ $schema, ...annotations, ...schema });
  // Any JSON value refers to itself, so it alone is a definition, which zod names by a number.
  return JSON.parse(text.replaceAll('__schema0', 'json'));
}

await mkdir(folder, { recursive: true });
for (const [name, schemaOf] of Object.entries(SCHEMAS)) {
  const file = path.join(folder, name);
  const text = await format(JSON.stringify(schemaOf(name)), { parser: 'json', printWidth: 100 });
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`schemas/${name} is not what its package says: run scripts/schemas.mjs`);
    process.exitCode = 1;
  }
}
