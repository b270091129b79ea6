import type { CliContext } from '../context.js';
import type { StateOption } from '../program-options.js';
import { readRevocations, stopOf, type RevocationView } from '../revocation-view.js';
import { tableLines } from '../table.js';
import { printable } from '../terminal.js';
import { withTrustStore } from '../trust-store.js';

export interface RevocationsListOptions extends StateOption {
  readonly json: boolean;
}

/** Lists what was revoked, newest first, and what of it was lifted. */
export async function revocationsList(
  options: RevocationsListOptions,
  context: CliContext,
): Promise<void> {
  const { terminal } = context;
  const views = await withTrustStore(options, context, readRevocations);
  const newestFirst = views.toReversed();
  const stop = stopOf(views);
  if (options.json) {
    terminal.printJson({ stopped: stop !== undefined, revocations: newestFirst.map(jsonOf) });
    return;
  }
  if (stop) {
    const painted = terminal.paint('red', 'Everything is stopped');
    terminal.print(`${painted} by ${printable(stop.by)}: ${printable(stop.reason)}\n`);
  }
  if (views.length === 0) {
    terminal.print('Nothing is revoked.');
    return;
  }
  const rows = newestFirst.map(rowOf);
  for (const line of tableLines([['AT', 'KIND', 'VALUE', 'BY', 'REASON'], ...rows])) {
    terminal.print(line);
  }
}

function rowOf({ record, lifted }: RevocationView): readonly string[] {
  const { at, kind, value, by, reason } = record;
  const lifting = lifted && ` (lifted ${lifted.at} by ${lifted.by}: ${lifted.reason})`;
  return [at, kind, value, by, `${reason}${lifting ?? ''}`];
}

function jsonOf({ record, lifted }: RevocationView): object {
  const { id, kind, value, reason, by, at } = record;
  return { id, kind, value, reason, by, at, ...(lifted && { lifted }) };
}
