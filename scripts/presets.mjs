import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

/**
 * Writes the rules of policies/*.yml and policies/packs/*.yml into the policy package, which reads
 * no file. Usage: node scripts/presets.mjs [--check]
 */
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const target = path.join(root, 'enforcement-host/packages/policy/src/presets/generated.ts');
const PRESETS = ['coding-agent', 'read-only', 'release-manager', 'support-agent'];
const PACKS = ['github', 'slack', 'linear', 'docs', 'paid-api', 'shell-and-files', 'mcp'];

const presets = {};
for (const name of PRESETS) presets[name] = await rulesOf(`${name}.yml`);
for (const name of PACKS) presets[name] = await rulesOf(path.join('packs', `${name}.yml`));
const code = `// Written by scripts/presets.mjs from policies/: change those files, then run it.
import type { PolicyRule } from '../document/rule.js';
import type { PackName, PresetName } from './names.js';

interface Preset {
  readonly rules: readonly PolicyRule[];
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Rules and lists that \`preset\` and \`packs\` bring. */
export const PRESETS: Readonly<Record<PresetName | PackName, Preset>> = ${JSON.stringify(presets)};
`;
const source = await format(code, { ...(await resolveConfig(target)), filepath: target });

if (!process.argv.includes('--check')) {
  await writeFile(target, source);
} else if ((await readFile(target, 'utf8')) !== source) {
  console.error('presets/generated.ts is not what policies/ says: run node scripts/presets.mjs');
  process.exitCode = 1;
}

async function rulesOf(file) {
  const text = await readFile(path.join(root, 'policies', file), 'utf8');
  const { policies = [], lists = {} } = parse(text);
  return { rules: policies, lists };
}
