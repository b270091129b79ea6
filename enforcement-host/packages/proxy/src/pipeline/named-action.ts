import { digestsOf, type ActionDigests } from '@axtary/actionpass';
import type { ParsedAction } from '@axtary/core';

/** A parsed action and the digests by which everything after names it. */
export interface NamedAction {
  readonly parsed: ParsedAction;
  readonly digests: ActionDigests;
}

export function nameAction(parsed: ParsedAction): NamedAction {
  return { parsed, digests: digestsOf(parsed) };
}
