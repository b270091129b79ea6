/** Where time comes from. Tests pass a fixed one; only composition roots use `systemClock`. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
