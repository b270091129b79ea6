import { LocalTrustStore, TrustStoreError, type TrustStoreErrorCode } from '@axtary/actionpass';

import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import type { StateOption } from './program-options.js';
import { defaultStateFolder, passTrustFile } from './state-folder.js';

const ADVICE = {
  TRUST_STORE_MISSING:
    'start the enforcement host once (VS Code with Axtary, or "axtary proxy"), or give its --state',
  TRUST_STORE_DAMAGED:
    'the enforcement host refuses every call while it is so; restore the file, or move it away ' +
    'and restart the enforcement host, which forgets every revocation in it',
  TRUST_STORE_LOCKED: 'try again; if it lasts, a process that changes it hangs',
  TRUST_STORE_UNAVAILABLE: 'check its permissions and the disk, then try again',
  TRUST_STORE_KEY_UNKNOWN: 'see "axtary keys list"',
} as const satisfies Record<TrustStoreErrorCode, string>;

/**
 * Does work with the keys and revocations of a state folder. The enforcement host sees what changes
 * at its next call, whether it runs already or not.
 *
 * @throws CliError `CLI_TRUST_STORE_UNUSABLE` that says what to do.
 */
export async function withTrustStore<T>(
  options: StateOption,
  context: CliContext,
  work: (store: LocalTrustStore, state: string) => Promise<T>,
): Promise<T> {
  const state = options.state ?? defaultStateFolder(context);
  const store = new LocalTrustStore(passTrustFile(state), { clock: context.clock });
  try {
    return await work(store, state);
  } catch (error) {
    if (!(error instanceof TrustStoreError)) throw error;
    const message = `${error.message} (state in ${state}); ${ADVICE[error.code]}`;
    throw new CliError('CLI_TRUST_STORE_UNUSABLE', message, { cause: error });
  }
}
