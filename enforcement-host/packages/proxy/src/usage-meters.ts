import type { Action, Decision } from '@axtary/core';
import type { LedgerRecord, MeteredUse } from '@axtary/ledger';
import type { Meter } from '@axtary/policy';

/** What an intent will have used: held from its decision on, and given back where it never ran. */
export interface UsageReservation {
  /** For the intent's record; empty where nothing is metered. */
  readonly uses: readonly MeteredUse[];
  /** Gives it back: nothing was executed. Later calls do nothing. */
  rollback(): void;
}

/** Milliseconds. The longest window that a policy can have. */
const RETENTION = 31 * 24 * 60 * 60 * 1000;

/**
 * Counts executions, and sums of fields over them, in sliding windows. Counts are in memory;
 * `restore` brings them back from a ledger. All methods are synchronous: what is read, decided
 * and added in one step no other call comes between.
 */
export class UsageMeters {
  readonly #series = new Map<string, Series>();
  /** Reservations that the ledger tells of and that have no outcome yet, by intent. */
  readonly #open = new Map<string, UsageReservation>();

  /** What each meter has counted until `now`, for whoever acts in `action`. */
  read(action: Action, meters: readonly Meter[], now: Date): Record<string, number> {
    const until = now.getTime();
    return Object.fromEntries(
      meters.map((meter) => {
        const series = this.#series.get(keyOf(meter.id, scopeOf(action, meter)));
        return [meter.id, series?.sumSince(until - meter.windowSeconds * 1000) ?? 0];
      }),
    );
  }

  /** Adds what a decision says that executing uses. */
  reserve(
    action: Action,
    usage: NonNullable<Decision['usage']>,
    { meters, now }: { readonly meters: readonly Meter[]; readonly now: Date },
  ): UsageReservation {
    const byId = new Map(meters.map((meter) => [meter.id, meter]));
    const uses = usage.flatMap(({ meter: id, amount }) => {
      const meter = byId.get(id);
      return meter && amount > 0 ? [{ meter: id, scope: scopeOf(action, meter), amount }] : [];
    });
    return this.#add(uses, now.getTime());
  }

  /**
   * Takes in one record of a ledger, in its order, as it is opened. An intent counts unless its
   * outcome says that it was blocked: what is unknown may have happened.
   */
  restore(record: LedgerRecord): void {
    if (record.type === 'intent' && record.body.usage !== undefined) {
      const added = this.#add(record.body.usage, Date.parse(record.ts));
      this.#open.set(record.body.intentId, added);
    }
    if (record.type !== 'outcome') return;
    const { intentId, status } = record.body;
    if (status === 'blocked') this.#open.get(intentId)?.rollback();
    this.#open.delete(intentId);
  }

  #add(uses: readonly MeteredUse[], time: number): UsageReservation {
    const added = uses.map(({ meter, scope, amount }) => {
      const key = keyOf(meter, scope);
      const series = this.#series.get(key) ?? new Series();
      this.#series.set(key, series);
      return { series, use: series.add(time, amount), amount };
    });
    let isHeld = true;
    return {
      uses,
      rollback() {
        if (!isHeld) return;
        isHeld = false;
        for (const { use, amount } of added) use.amount -= amount;
      },
    };
  }
}

interface Use {
  /** Milliseconds since the epoch. */
  time: number;
  amount: number;
}

/** Uses that are counted one by one, and merged ones of each size. */
const MAX_PER_LEVEL = 1024;

/**
 * Uses of one meter in one scope. Where there are many, older ones are merged by two, and these
 * again, each at the later time: a count is never too low, and too high by a thousandth of the
 * uses in the window at most.
 */
class Series {
  /** Each level newest last; a level is newer than those after it, and its uses half as many. */
  readonly #levels: Merged[][] = [];

  /** The returned use is alive: taking from its amount takes from the series. */
  add(time: number, amount: number): Use {
    // A clock that was set back must not hide what came after.
    const latest = this.#levels[0]?.at(-1)?.time ?? 0;
    const use = new Merged(Math.max(time, latest), amount);
    this.#push(0, use);
    return use;
  }

  sumSince(start: number): number {
    let sum = 0;
    for (const level of this.#levels) {
      for (let at = level.length - 1; at >= 0; at--) {
        const use = level[at];
        if (use === undefined || use.time <= start) return sum;
        sum += use.amount;
      }
    }
    return sum;
  }

  #push(index: number, use: Merged): void {
    const level = (this.#levels[index] ??= []);
    level.push(use);
    if (level.length <= MAX_PER_LEVEL) return;
    const [older, newer] = level.splice(0, 2);
    // What no window can reach is forgotten.
    if (older && newer && newer.time > use.time - RETENTION) {
      this.#push(index + 1, newer.absorb(older));
    }
  }
}

/** A use and those merged into it, each of which may still be taken back. */
class Merged implements Use {
  time: number;
  #own: number;
  #into: Merged | undefined;

  constructor(time: number, amount: number) {
    this.time = time;
    this.#own = amount;
  }

  get amount(): number {
    return this.#own;
  }

  set amount(value: number) {
    if (this.#into) this.#into.amount += value - this.#own;
    this.#own = value;
  }

  absorb(older: Merged): this {
    this.#own += older.#own;
    older.#into = this;
    return this;
  }
}

// A meter's count is kept apart for each combination of these values.
function scopeOf({ actor, intent, capability }: Action, { per }: Meter): Record<string, string> {
  const values = { ...actor, task: intent.task, tool: capability.tool };
  return Object.fromEntries(per.map((name) => [name, values[name]]));
}

function keyOf(meter: string, scope: Readonly<Record<string, string>>): string {
  const values = Object.keys(scope).toSorted();
  return JSON.stringify([meter, ...values.map((name) => [name, scope[name]])]);
}
