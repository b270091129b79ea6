import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { messageOf } from '@axtary/core';
import {
  exportCedar,
  exportRego,
  policyJsonSchema,
  policyTestsJsonSchema,
  type Policy,
} from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { CliError } from '../../errors.js';
import { loadPolicy } from './load-policy.js';

export interface PolicyExportOptions {
  readonly to: string;
  readonly policy: string;
  readonly out?: string;
}

const OF_POLICIES: Readonly<Record<string, (policy: Policy) => string>> = {
  cedar: (policy) => exportCedar(policy).policies,
  'cedar-patterns': (policy) => exportCedar(policy).patterns,
  'cedar-schema': (policy) => exportCedar(policy).schema,
  rego: (policy) => exportRego(policy).module,
  'rego-data': (policy) => json(exportRego(policy).data),
};

const OF_FORMATS: Readonly<Record<string, () => string>> = {
  'json-schema': () => json(policyJsonSchema()),
  'tests-json-schema': () => json(policyTestsJsonSchema()),
};

/** Writes a policy out for another engine, or the schema of our own files for editors. */
export async function policyExport(
  { to, policy, out }: PolicyExportOptions,
  context: CliContext,
): Promise<void> {
  const write = OF_POLICIES[to];
  const text = write ? write(await loadPolicy(policy, context)) : (OF_FORMATS[to]?.() ?? '');
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  if (out === undefined) {
    context.stdout.write(whole);
    return;
  }
  try {
    await writeFile(path.resolve(context.cwd, out), whole);
  } catch (cause) {
    const message = `${out} cannot be written: ${messageOf(cause)}`;
    throw new CliError('CLI_FILE_NOT_WRITTEN', message, { cause });
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
