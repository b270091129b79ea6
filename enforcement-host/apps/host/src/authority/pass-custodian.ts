import {
  AwsKmsSigner,
  CommandSigner,
  VaultTransitSigner,
  type KeyCustodian,
} from '@axtary/actionpass';
import type { PassSignerStart } from '@axtary/protocol';

import { HostError } from '../errors.js';

/**
 * The custodian of a key that lies outside of this process.
 *
 * @throws HostError `PASS_KEY_REFUSED` for a program that is not an absolute path, an address that
 *   is not https, or a public key that is none.
 */
export function createPassCustodian(start: PassSignerStart): KeyCustodian {
  try {
    return custodianOf(start);
  } catch (error) {
    // It came from a file, and is no mistake of the program.
    if (!(error instanceof TypeError)) throw error;
    throw new HostError('PASS_KEY_REFUSED', `not a signer: ${error.message}`);
  }
}

function custodianOf(start: PassSignerStart): KeyCustodian {
  switch (start.kind) {
    case 'command':
      return new CommandSigner(start);
    case 'aws-kms':
      return new AwsKmsSigner({ ...start, credentials: () => start.credentials });
    case 'vault-transit':
      return new VaultTransitSigner({ ...start, token: () => start.token });
  }
}
