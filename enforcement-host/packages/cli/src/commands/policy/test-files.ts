import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { messageOf } from '@axtary/core';

import { CliError } from '../../errors.js';

const SUFFIX = /\.test\.ya?ml$/;
const SKIPPED = new Set(['node_modules']);
const MAX_FILES = 10_000;

export function isTestFile(file: string): boolean {
  return SUFFIX.test(file);
}

/**
 * The test files that are named, and those in folders that are named and below them; links,
 * `node_modules` and folders that begin with a dot are not entered. In order, each once.
 *
 * @throws CliError `CLI_FILE_UNREADABLE`.
 */
export async function findTestFiles(paths: readonly string[], cwd: string): Promise<string[]> {
  const found = new Set<string>();
  for (const given of paths) {
    const file = path.resolve(cwd, given);
    if (!(await isFolder(file))) found.add(file);
    else for await (const each of filesIn(file)) found.add(each);
    if (found.size > MAX_FILES) {
      const message = `there are over ${MAX_FILES} test files: name fewer folders`;
      throw new CliError('CLI_FILE_UNREADABLE', message);
    }
  }
  return [...found].toSorted();
}

/** The policy that a test file is about: the one it names, the one it is named after, or axtary.yml. */
export function policyFileOf(testFile: string, named: string | undefined): string {
  const folder = path.dirname(testFile);
  if (named !== undefined) return path.resolve(folder, named);
  const beside = testFile.replace(SUFFIX, (suffix) => suffix.replace('.test', ''));
  return existsSync(beside) ? beside : path.join(folder, 'axtary.yml');
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${file} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    const isEntered = !entry.name.startsWith('.') && !SKIPPED.has(entry.name);
    if (entry.isDirectory() && isEntered) yield* filesIn(file);
    else if (entry.isFile() && isTestFile(entry.name)) yield file;
  }
}
