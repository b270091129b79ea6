import path from 'node:path';

import { thumbprint } from '@axtary/actionpass';

import type { CliContext } from '../../context.js';
import { createKeyFile } from '../../key-file.js';
import { readNewPassphrase, type PassphraseOption } from '../../passphrase.js';
import { printable } from '../../terminal.js';

export interface KeysCreateOptions extends PassphraseOption {
  readonly file: string;
  readonly json: boolean;
}

/** Makes a key to sign passes with, in a new file that is encrypted with a passphrase. */
export async function keysCreate(options: KeysCreateOptions, context: CliContext): Promise<void> {
  const { terminal, cwd } = context;
  const file = path.resolve(cwd, options.file);
  const jwk = await createKeyFile(file, await readNewPassphrase(options, context));
  const kid = thumbprint(jwk);
  if (options.json) {
    terminal.printJson({ file, kid, jwk });
    return;
  }
  terminal.print(`Wrote ${printable(file)}
  kid  ${kid}
"axtary proxy --pass-key" signs with it. Without its passphrase it is worth nothing.`);
}
