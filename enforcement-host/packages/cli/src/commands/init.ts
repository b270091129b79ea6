import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { messageOf } from '@axtary/core';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { POLICY_TEMPLATE } from '../policy-template.js';
import { printable } from '../terminal.js';

export interface InitOptions {
  readonly dir: string;
}

/**
 * Writes a first `axtary.yml`.
 *
 * @throws CliError `CLI_FILE_NOT_WRITTEN`, also when there is one already.
 */
export async function init({ dir }: InitOptions, { cwd, terminal }: CliContext): Promise<void> {
  const file = path.resolve(cwd, dir, 'axtary.yml');
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, POLICY_TEMPLATE, { flag: 'wx' });
  } catch (cause) {
    throw notWritten(file, cause);
  }
  terminal.print(`Wrote ${printable(file)}

Next:
  1. Read it, and change what does not fit; "axtary policy check" says what is wrong with it.
  2. Open the folder in VS Code with Axtary and trust the policy there, or run
     "axtary proxy --policy-trust file" to enforce it without an editor.
  3. Point a client that speaks MCP over stdio at "axtary mcp --server filesystem".`);
}

function notWritten(file: string, cause: unknown): CliError {
  const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
  const message = exists
    ? `${file} is there already, and stays as it is; remove it first to start anew`
    : `${file} cannot be written: ${messageOf(cause)}`;
  return new CliError('CLI_FILE_NOT_WRITTEN', message, { cause });
}
