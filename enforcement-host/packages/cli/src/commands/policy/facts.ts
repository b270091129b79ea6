import path from 'node:path';

import { messageOf, parseStrictJson } from '@axtary/core';
import { testFactsSchema, type TestFacts } from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { CliError } from '../../errors.js';
import { readText } from '../../read-text.js';

export interface FactsOptions {
  readonly facts?: string;
  readonly now?: string;
}

const MAX_FACTS_BYTES = 1024 * 1024;

/**
 * The facts that a command line gives: a JSON file, and a time over it.
 *
 * @throws CliError `CLI_USAGE`, `CLI_FILE_UNREADABLE`.
 */
export async function givenFacts(
  { facts: file, now }: FactsOptions,
  { cwd }: CliContext,
): Promise<TestFacts> {
  const text = file === undefined ? '{}' : await readText(path.resolve(cwd, file), MAX_FACTS_BYTES);
  const facts = { ...readFacts(parse(text, file)), ...(now !== undefined && { now }) };
  return readFacts(facts);
}

/**
 * Checks facts that come from outside.
 *
 * @throws CliError `CLI_USAGE`.
 */
export function readFacts(value: unknown): TestFacts {
  const parsed = testFactsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = ['facts', ...(issue?.path ?? [])].map(String).join('.');
  throw new CliError('CLI_USAGE', `${where}: ${issue?.message ?? ''}`);
}

function parse(text: string, file = ''): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw new CliError('CLI_USAGE', `${file}: ${messageOf(cause)}`, { cause });
  }
}
