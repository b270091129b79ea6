import path from 'node:path';

import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { readSecretLine } from './secret-file.js';

export interface PassphraseOption {
  readonly passphraseFile?: string;
}

/**
 * The passphrase of an existing key file: from the file that was named, else from the person at the
 * terminal. Never from the command line or the environment, which other processes can read.
 *
 * @throws CliError `CLI_USAGE` where there is neither a file nor a terminal.
 */
export async function readPassphrase(
  { passphraseFile }: PassphraseOption,
  context: CliContext,
): Promise<string> {
  if (passphraseFile !== undefined) return fromFile(passphraseFile, context);
  return promptOf(context).askSecret('Passphrase: ');
}

/** As `readPassphrase`, for a new key: a person types it twice. */
export async function readNewPassphrase(
  { passphraseFile }: PassphraseOption,
  context: CliContext,
): Promise<string> {
  if (passphraseFile !== undefined) return fromFile(passphraseFile, context);
  const prompt = promptOf(context);
  const passphrase = await prompt.askSecret('New passphrase: ');
  if ((await prompt.askSecret('Again: ')) === passphrase) return passphrase;
  throw new CliError('CLI_DECLINED', 'the two passphrases differ; nothing was done');
}

function promptOf({ prompt }: CliContext): NonNullable<CliContext['prompt']> {
  if (prompt) return prompt;
  const message = 'there is no terminal to ask for the passphrase; give --passphrase-file';
  throw new CliError('CLI_USAGE', message);
}

function fromFile(given: string, context: CliContext): Promise<string> {
  return readSecretLine(path.resolve(context.cwd, given), 'passphrase', context);
}
