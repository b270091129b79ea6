import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { formatMessage } from 'publint/utils';
import { publint } from 'publint';
import { repositoryDir } from './setup/places.mjs';

/** Checks every published package as npm would pack it. */
const packages = path.join(repositoryDir, 'enforcement-host', 'packages');
let problems = 0;
for (const name of readdirSync(packages)) {
  const pkgDir = path.join(packages, name);
  const manifest = JSON.parse(readFileSync(path.join(pkgDir, 'package.json'), 'utf8'));
  if (manifest.private === true) continue;
  const { messages } = await publint({ pkgDir, strict: true });
  for (const message of messages) {
    problems++;
    console.error(`${manifest.name}: ${formatMessage(message, manifest)}`);
  }
}
process.exitCode = problems > 0 ? 1 : 0;
