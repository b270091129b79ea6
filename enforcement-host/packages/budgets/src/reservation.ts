import type { Decision } from '@axtary/core';

import type { MeteredUse } from './event.js';
import type { Meter, Scopes } from './meter.js';

/** What executing would add to one meter. */
export interface Charge {
  readonly meter: Meter;
  /** A whole number from 0; of money, minor units. */
  readonly amount: number;
  /** Exactly the meter's, so absent for a plain count. */
  readonly currency?: string | undefined;
}

/**
 * What a decision says that executing uses, as charges.
 *
 * @param meters Those that the decision was made with.
 * @throws TypeError where it names another meter.
 */
export function chargesOf(
  usage: NonNullable<Decision['usage']>,
  meters: readonly Meter[],
): readonly Charge[] {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  return usage.map(({ meter: id, amount }) => {
    const meter = byId.get(id);
    if (!meter) throw new TypeError(`the decision uses the meter ${id}, which was not read`);
    return { meter, amount, currency: meter.currency };
  });
}

/** A charge that must stay within a limit. */
export interface LimitedCharge extends Charge {
  /** At most this much in the meter's window, with this charge. */
  readonly max: number;
}

export interface ReservationRequest<Kind extends Charge = Charge> {
  /** Names the reservation from here on, such as the id of the intent or the payment; used once. */
  readonly id: string;
  /** Whose counts are charged. */
  readonly scopes: Scopes;
  readonly charges: readonly Kind[];
}

/** What is held of the counts, from the moment it was decided. */
export interface Reservation {
  readonly id: string;
  /** Without charges of 0. */
  readonly uses: readonly MeteredUse[];
}

/** A limit that a charge would pass. */
export interface ExceededLimit {
  readonly meter: string;
  readonly scope: Readonly<Record<string, string>>;
  readonly max: number;
  /** Already counted in the window: committed, in flight and unknown. */
  readonly used: number;
  /** What was asked for. */
  readonly amount: number;
}

/** Either everything is reserved, or nothing and here is why. */
export type ReserveResult =
  | { readonly isReserved: true; readonly reservation: Reservation }
  | { readonly isReserved: false; readonly exceeded: readonly ExceededLimit[] };

/** A reservation that is not settled. */
export interface OpenReservation extends Reservation {
  /** `reserved`: in flight. `unknown`: it may have happened, and waits to be reconciled. */
  readonly state: 'reserved' | 'unknown';
  readonly since: Date;
}
