import type { BudgetEvent, MeteredUse, Settlement } from './event.js';
import { BudgetError } from './errors.js';
import { assertWindow, scopeFor, type Meter, type Scopes } from './meter.js';
import { addAmounts, assertAmount, assertSameCurrency } from './money.js';
import { RecentIds } from './recent-ids.js';
import type {
  Charge,
  ExceededLimit,
  LimitedCharge,
  OpenReservation,
  Reservation,
  ReservationRequest,
  ReserveResult,
} from './reservation.js';
import { RETENTION_MS, Series, type Use } from './series.js';

/** Unknown reservations that are listed; older ones stay counted. */
const MAX_UNKNOWN = 10_000;
const FIRST_SWEEP = 1024;

/** What one scope has used of one meter: committed, in flight and unknown. */
export interface MeterCount {
  readonly meter: string;
  readonly scope: Readonly<Record<string, string>>;
  readonly used: number;
}

interface Held {
  readonly uses: readonly MeteredUse[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly counted: readonly { readonly use: Use; readonly amount: number }[];
}

type Timed<Request> = Request & { readonly now: Date };

/**
 * Counts what was charged, in sliding windows, and what may yet be: a reservation counts from the
 * moment it is made until it is rolled back, whether it is in flight, committed or unknown.
 *
 * All methods are synchronous, so that no other call comes between what is read, decided and
 * reserved in one step. Counts are in memory: whoever uses them keeps the events that restore them
 * (`StoredBudgets` in a store, an enforcement host in its ledger).
 */
export class Budgets {
  readonly #series = new Map<string, Series>();
  #sweepAt = FIRST_SWEEP;
  readonly #reserved = new Map<string, Held>();
  readonly #unknown = new Map<string, Held>();
  readonly #settled = new RecentIds();
  #latest = 0;

  /**
   * What each meter has counted until `now`, by its id.
   *
   * @throws TypeError for a window over 31 days, or a scope that is not given.
   */
  read(scopes: Scopes, meters: readonly Meter[], now: Date): Record<string, number> {
    const until = timeOf(now);
    return Object.fromEntries(
      meters.map((meter) => {
        assertWindow(meter);
        const key = keyOf({ meter: meter.id, scope: scopeFor(meter, scopes) });
        return [meter.id, this.#sum(key, until - meter.windowSeconds * 1000)];
      }),
    );
  }

  /** What these meters have counted until `now`, for each scope that has used them, one by one. */
  counts(meters: readonly Meter[], now: Date): readonly MeterCount[] {
    const byId = new Map(meters.map((meter) => [meter.id, meter]));
    const until = timeOf(now);
    return [...this.#series.keys()].flatMap((key) => {
      const { meter: id, scope } = countedUnder(key);
      const meter = byId.get(id);
      if (!meter) return [];
      const used = this.#sum(key, until - meter.windowSeconds * 1000);
      return used === 0 ? [] : [{ meter: id, scope, used }];
    });
  }

  /**
   * Reserves without a limit: for whoever has decided by what `read` says, in the same step.
   *
   * @throws BudgetError `AMOUNT_INVALID`, `CURRENCY_MISMATCH`; then nothing is reserved.
   * @throws TypeError where the id was used before, or as `read`.
   */
  reserve({ id, scopes, charges, now }: Timed<ReservationRequest>): Reservation {
    const uses = charges.map((charge) => useOf(charge, scopes)).filter(({ amount }) => amount > 0);
    return this.#reserve({ id, uses }, timeOf(now));
  }

  /** Reserves all of it, or nothing where a limit would be passed. Throws as `reserve`. */
  reserveWithin(request: Timed<ReservationRequest<LimitedCharge>>): ReserveResult {
    const exceeded = this.#exceeded(request);
    if (exceeded.length > 0) return { isReserved: false, exceeded };
    return { isReserved: true, reservation: this.reserve(request) };
  }

  /**
   * It was executed: what is reserved stays counted.
   *
   * @throws BudgetError `RESERVATION_UNKNOWN`, `RESERVATION_ALREADY_SETTLED`.
   */
  commit(id: string): void {
    this.#settle(id, 'committed');
  }

  /** Nothing was executed: what is reserved is given back. Throws as `commit`. */
  rollback(id: string): void {
    this.#settle(id, 'rolled_back');
  }

  /** It may have been executed: what is reserved stays so, and is listed. Throws as `commit`. */
  markUnknown(id: string): void {
    const held = this.#open(id);
    this.#reserved.delete(id);
    this.#unknown.set(id, held);
    this.#forgetOld();
  }

  /**
   * Somebody found out how an unknown outcome ended.
   *
   * @throws BudgetError as `commit`, or `RESERVATION_IN_FLIGHT`.
   */
  reconcile(id: string, as: Settlement): void {
    this.assertUnknown(id);
    this.#settle(id, as);
  }

  /** @throws BudgetError as `commit`. */
  assertOpen(id: string): void {
    this.#open(id);
  }

  /** @throws BudgetError as `reconcile`. */
  assertUnknown(id: string): void {
    this.#open(id);
    if (this.#unknown.has(id)) return;
    throw new BudgetError('RESERVATION_IN_FLIGHT', `${id} is still held by whoever reserved it`);
  }

  /** What is not settled, unknown ones first. Unknown ones leave the list after 31 days. */
  list(): readonly OpenReservation[] {
    this.#forgetOld();
    return [...listed(this.#unknown, 'unknown'), ...listed(this.#reserved, 'reserved')];
  }

  /**
   * Takes in what was kept, in its order, before anything is reserved. A reservation is unknown
   * until an event settles it: whoever held it is gone. What is told twice counts once.
   */
  restore(event: BudgetEvent): void {
    const { id, type } = event;
    const isOpen = this.#unknown.has(id);
    if (type === 'reserved') {
      if (isOpen || this.#settled.has(id)) return;
      this.#reserve(event, Date.parse(event.at));
      this.markUnknown(id);
    } else if (isOpen && type !== 'unknown') {
      this.#settle(id, type === 'reconciled' ? event.as : type);
    }
  }

  #exceeded({
    scopes,
    charges,
    now,
  }: Timed<ReservationRequest<LimitedCharge>>): readonly ExceededLimit[] {
    const until = timeOf(now);
    const asked = new Map<string, number>();
    return charges.flatMap((charge) => {
      const { meter, max } = charge;
      const use = useOf(charge, scopes);
      assertLimit(meter, max);
      // Several charges may go to one count.
      const key = keyOf(use);
      const amount = addAmounts(asked.get(key) ?? 0, use.amount);
      asked.set(key, amount);
      const used = this.#sum(key, until - meter.windowSeconds * 1000);
      if (amount <= max - used) return [];
      return [{ meter: use.meter, scope: use.scope, max, used, amount }];
    });
  }

  #sum(key: string, start: number): number {
    return this.#series.get(key)?.sumSince(start) ?? 0;
  }

  #reserve({ id, uses }: Reservation, time: number): Reservation {
    if (this.#reserved.has(id) || this.#unknown.has(id) || this.#settled.has(id)) {
      throw new TypeError(`there was a reservation ${id} before: expected a new id`);
    }
    this.#latest = Math.max(this.#latest, time);
    const counted = uses.map((use) => ({
      use: this.#seriesOf(use).add(time, use.amount),
      amount: use.amount,
    }));
    this.#reserved.set(id, { uses, since: time, counted });
    return { id, uses };
  }

  #seriesOf(use: MeteredUse): Series {
    const key = keyOf(use);
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= this.#sweepAt) this.#sweep();
    const series = new Series();
    this.#series.set(key, series);
    return series;
  }

  // A task or an agent that no longer comes must not be remembered for ever.
  #sweep(): void {
    for (const [key, { latest }] of this.#series) {
      if (latest <= this.#latest - RETENTION_MS) this.#series.delete(key);
    }
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#series.size);
  }

  #open(id: string): Held {
    const held = this.#reserved.get(id) ?? this.#unknown.get(id);
    if (held) return held;
    if (this.#settled.has(id)) {
      throw new BudgetError('RESERVATION_ALREADY_SETTLED', `${id} was settled before`);
    }
    throw new BudgetError('RESERVATION_UNKNOWN', `no reservation ${id} is known`);
  }

  #settle(id: string, as: Settlement): void {
    const { counted } = this.#open(id);
    if (as === 'rolled_back') for (const { use, amount } of counted) use.takeBack(amount);
    this.#reserved.delete(id);
    this.#unknown.delete(id);
    this.#settled.add(id);
  }

  #forgetOld(): void {
    for (const [id, { since }] of this.#unknown) {
      if (this.#unknown.size <= MAX_UNKNOWN && since > this.#latest - RETENTION_MS) return;
      this.#unknown.delete(id);
    }
  }
}

// Without the currency: what was spent is not forgotten where a meter is given another one.
function keyOf({ meter, scope }: Pick<MeteredUse, 'meter' | 'scope'>): string {
  const names = Object.keys(scope).toSorted();
  return JSON.stringify([meter, ...names.map((name) => [name, scope[name]])]);
}

function countedUnder(key: string): Pick<MeteredUse, 'meter' | 'scope'> {
  const [meter, ...values] = JSON.parse(key) as [string, ...[string, string][]];
  return { meter, scope: Object.fromEntries(values) };
}

function useOf({ meter, amount, currency }: Charge, scopes: Scopes): MeteredUse {
  assertWindow(meter);
  assertAmount(amount);
  assertSameCurrency(meter.currency, currency);
  const use = { meter: meter.id, scope: scopeFor(meter, scopes), amount };
  return currency === undefined ? use : { ...use, currency };
}

function assertLimit({ id }: Meter, max: number): void {
  if (Number.isSafeInteger(max) && max >= 0) return;
  throw new TypeError(`the limit of meter ${id} must be a whole number from 0`);
}

function timeOf(now: Date): number {
  const time = now.getTime();
  if (Number.isNaN(time)) throw new TypeError('expected a valid date');
  return time;
}

function listed(held: ReadonlyMap<string, Held>, state: OpenReservation['state']) {
  return Array.from(held, ([id, { uses, since }]) => ({
    id,
    state,
    since: new Date(since),
    uses,
  }));
}
