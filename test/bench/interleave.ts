import { median, percentile } from './measure.js';

/** Something to be measured beside others. */
export interface Candidate {
  /** Does it `per` times; a promise is awaited. */
  readonly run: () => unknown;
  readonly per: number;
}

/** Nanoseconds for doing it once. */
export interface Cost {
  /** Processor time of all threads: the 10th percentile of the slices, which load moves little. */
  readonly cpu: number;
  /** What the caller waits: the median of the slices. */
  readonly wall: number;
}

export interface Slices {
  /** How many each candidate gets. */
  readonly count: number;
  /** How long each lasts at least, in milliseconds. */
  readonly ms: number;
}

/** A candidate that is done once a run. */
export function candidate(run: () => unknown): Candidate {
  return { run, per: 1 };
}

/** One that takes less than reading the clock does: it is done a thousand times a run. */
export function shortCandidate(operation: () => unknown): Candidate {
  const per = 1000;
  const run = (): unknown => {
    let last: unknown;
    for (let index = 0; index < per; index++) last = operation();
    return last;
  };
  return { run, per };
}

/** The same for what answers by a promise, one after the other. */
export function shortAsyncCandidate(operation: () => Promise<unknown>): Candidate {
  const per = 1000;
  const run = async (): Promise<void> => {
    for (let index = 0; index < per; index++) await operation();
  };
  return { run, per };
}

/** Gives every candidate one slice after the other in turn, so that load meets all of them alike. */
export async function interleave(
  candidates: Iterable<Candidate>,
  { count, ms }: Slices,
): Promise<ReadonlyMap<Candidate, Cost>> {
  const readings = new Map(Array.from(candidates, (each) => [each, [] as Cost[]] as const));
  for (const each of readings.keys()) await slice(each, ms);
  for (let round = 0; round < count; round++) {
    for (const [each, costs] of readings) costs.push(await slice(each, ms));
  }
  return new Map(Array.from(readings, ([each, costs]) => [each, costOf(costs)] as const));
}

async function slice({ run, per }: Candidate, ms: number): Promise<Cost> {
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  const end = start + BigInt(ms) * 1_000_000n;
  let runs = 0;
  do {
    const result = run();
    if (result instanceof Promise) await result;
    runs++;
  } while (process.hrtime.bigint() < end);
  const wall = Number(process.hrtime.bigint() - start);
  const { user, system } = process.cpuUsage(before);
  return { cpu: ((user + system) * 1000) / (runs * per), wall: wall / (runs * per) };
}

function costOf(slices: readonly Cost[]): Cost {
  const cpu = slices.map((each) => each.cpu).sort((a, b) => a - b);
  return { cpu: percentile(cpu, 10), wall: median(slices.map(({ wall }) => wall)) };
}
