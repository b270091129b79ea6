import path from 'node:path';

import type { CliContext } from '../../context.js';
import { openKeyFile } from '../../key-file.js';
import { readPassphrase, type PassphraseOption } from '../../passphrase.js';

export interface KeysShowOptions extends PassphraseOption {
  readonly file: string;
  readonly json: boolean;
}

/** Prints the public half of a key file, which has to be opened for it: nothing else vouches for it. */
export async function keysShow(options: KeysShowOptions, context: CliContext): Promise<void> {
  const { terminal, cwd } = context;
  const passphrase = await readPassphrase(options, context);
  const { kid, publicJwk } = await openKeyFile(path.resolve(cwd, options.file), passphrase);
  if (options.json) {
    terminal.printJson({ kid, jwk: publicJwk });
    return;
  }
  terminal.print(`kid  ${kid}`);
  terminal.print(`jwk  ${JSON.stringify(publicJwk)}`);
}
