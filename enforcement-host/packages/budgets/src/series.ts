import { MAX_WINDOW_SECONDS } from './meter.js';

/** Milliseconds; what is older no window reaches. */
export const RETENTION_MS = MAX_WINDOW_SECONDS * 1000;

/** Uses that are counted one by one, and merged ones of each size. */
const MAX_PER_LEVEL = 1024;

/**
 * Uses of one meter in one scope. Where there are many, older ones are merged by two, and these
 * again, each at the later time: a count is never too low, and at most a thousandth of the uses in
 * the window are counted that are a little older.
 */
export class Series {
  /** Each level newest last; a level is newer than those after it, and its uses half as many. */
  readonly #levels: Use[][] = [];

  /** Milliseconds since the epoch of the newest use; 0 without any. */
  get latest(): number {
    return this.#levels[0]?.at(-1)?.time ?? 0;
  }

  /** The use that is returned can be taken back, also when it has been merged since. */
  add(time: number, amount: number): Use {
    // A clock that was set back must not hide what came after.
    const use = new Use(Math.max(time, this.latest), amount);
    this.#push(0, use);
    return use;
  }

  /** The sum of what came after `start`; at most the largest safe integer. */
  sumSince(start: number): number {
    let sum = 0;
    for (const level of this.#levels) {
      for (let at = level.length - 1; at >= 0; at--) {
        const use = level[at];
        if (use === undefined || use.time <= start) return atMostSafe(sum);
        sum += use.amount;
      }
    }
    return atMostSafe(sum);
  }

  #push(index: number, use: Use): void {
    const level = (this.#levels[index] ??= []);
    level.push(use);
    if (level.length <= MAX_PER_LEVEL) return;
    const [older, newer] = level.splice(0, 2);
    if (!older || !newer || newer.time <= use.time - RETENTION_MS) return;
    if (newer.absorb(older)) {
      this.#push(index + 1, newer);
    } else {
      this.#push(index + 1, older);
      this.#push(index + 1, newer);
    }
  }
}

/** A use and those merged into it, each of which may still be taken back. */
export class Use {
  readonly time: number;
  #amount: number;
  #into: Use | undefined;

  constructor(time: number, amount: number) {
    this.time = time;
    this.#amount = amount;
  }

  /** With what was merged into it. */
  get amount(): number {
    return this.#amount;
  }

  takeBack(amount: number): void {
    this.#amount -= amount;
    this.#into?.takeBack(amount);
  }

  /** Takes in an older use; not where no number holds the sum exactly. */
  absorb(older: Use): boolean {
    if (older.#amount > Number.MAX_SAFE_INTEGER - this.#amount) return false;
    this.#amount += older.#amount;
    older.#into = this;
    return true;
  }
}

function atMostSafe(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}
