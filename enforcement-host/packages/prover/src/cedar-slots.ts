import type { CedarPolicies } from '@axtary/policy';
import type * as cedar from '@cedar-policy/cedar-wasm/nodejs';

/** The part of Cedar's module that is used here. */
export type Cedar = Pick<typeof cedar, 'preparsePolicySet' | 'statefulIsAuthorized'>;

// Cedar keeps every policy set that it has parsed, for ever, by its id. So there are few ids, and
// who comes back to one that another has taken parses its own again.
const SLOTS = 8;
const owners: (CedarSlot | undefined)[] = Array.from({ length: SLOTS });
let next = 0;

/** A policy set of Cedar that stays parsed as long as not too many others are asked. */
export class CedarSlot {
  readonly #cedar: Cedar;
  readonly #policies: CedarPolicies;
  #index = -1;

  constructor(cedar: Cedar, policies: CedarPolicies) {
    this.#cedar = cedar;
    this.#policies = policies;
  }

  /**
   * The id under which the policies are parsed now.
   *
   * @throws Error in the words of Cedar where it cannot read them.
   */
  take(): string {
    if (owners[this.#index] === this) return `axtary-${this.#index}`;
    const index = next;
    const id = `axtary-${index}`;
    owners[index] = undefined;
    const answer = this.#cedar.preparsePolicySet(id, { staticPolicies: { ...this.#policies } });
    if (answer.type === 'failure') throw new Error(messagesOf(answer.errors));
    next = (index + 1) % SLOTS;
    owners[index] = this;
    this.#index = index;
    return id;
  }
}

/** What Cedar says went wrong. */
export function messagesOf(errors: readonly { readonly message: string }[]): string {
  return errors.map(({ message }) => message).join('; ') || 'unknown failure';
}
