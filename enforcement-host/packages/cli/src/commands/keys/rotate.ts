import type { CliContext } from '../../context.js';
import type { StateOption } from '../../program-options.js';
import { withTrustStore } from '../../trust-store.js';

/** The longest that a policy lets a pass live: so long a key verifies after it signs no more. */
const MAX_PASS_TTL_MS = 86_400 * 1000;

export interface KeysRotateOptions extends StateOption {
  readonly json: boolean;
}

/** Retires every key that signs; the enforcement host then signs with a new one. */
export async function keysRotate(options: KeysRotateOptions, context: CliContext): Promise<void> {
  const { terminal, clock } = context;
  const notAfter = new Date(clock.now().getTime() + MAX_PASS_TTL_MS);
  const retired = await withTrustStore(options, context, async (store) => {
    const active = (await store.keys()).filter(({ state }) => state === 'active');
    for (const { kid } of active) await store.retireKey(kid, notAfter);
    return active.map(({ kid }) => ({ kid, notAfter: notAfter.toISOString() }));
  });
  if (options.json) {
    terminal.printJson({ retired });
    return;
  }
  if (retired.length === 0) {
    terminal.print('No key is active: the enforcement host makes one for its next pass.');
    return;
  }
  for (const { kid } of retired) terminal.print(`Retired ${kid}`);
  terminal.print(`Passes signed before verify until they expire, at most until ${notAfter.toISOString()}.
The enforcement host signs with a new key from its next pass on.`);
}
