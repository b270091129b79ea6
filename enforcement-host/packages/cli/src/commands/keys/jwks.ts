import { jwksOf } from '@axtary/actionpass';

import type { CliContext } from '../../context.js';
import type { StateOption } from '../../program-options.js';
import { withTrustStore } from '../../trust-store.js';

/** Prints the keys that others may verify passes with now, as a JWK Set (RFC 7517 section 5). */
export async function keysJwks(options: StateOption, context: CliContext): Promise<void> {
  const stored = await withTrustStore(options, context, (store) => store.keys());
  const now = context.clock.now();
  // A JWK Set cannot say until when a key verifies, so one that is over is not in it.
  const keys = stored.filter((key) => key.state !== 'retired' || now <= key.notAfter);
  context.terminal.printJson(jwksOf({ keys }));
}
