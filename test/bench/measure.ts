/** Nanoseconds of repeated runs, sorted. */
export type Samples = readonly number[];

/** The value that so many percent of the samples do not exceed. */
export function percentile(samples: Samples, percent: number): number {
  const at = Math.min(samples.length - 1, Math.floor((samples.length * percent) / 100));
  return samples[at] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  );
}

/**
 * Times a short synchronous operation. A sample is the mean of ten runs in a row, for the clock
 * itself takes as long as one.
 */
export function timeShort(runs: number, operation: () => unknown): Samples {
  const batch = 10;
  const samples = new Float64Array(runs / batch);
  for (let index = 0; index < runs / 10; index++) operation();
  for (let index = 0; index < samples.length; index++) {
    const start = process.hrtime.bigint();
    for (let run = 0; run < batch; run++) operation();
    samples[index] = Number(process.hrtime.bigint() - start) / batch;
  }
  return [...samples.sort()];
}

/**
 * Times a short operation on one input after the other, again and again for so many milliseconds.
 * A sample is the mean of ten inputs in a row.
 */
export function timeInputs(
  inputs: number,
  ms: number,
  operation: (at: number) => unknown,
): Samples {
  const batch = 10;
  const samples: number[] = [];
  const end = process.hrtime.bigint() + BigInt(ms) * 1_000_000n;
  do {
    for (let first = 0; first + batch <= inputs; first += batch) {
      const start = process.hrtime.bigint();
      for (let at = first; at < first + batch; at++) operation(at);
      samples.push(Number(process.hrtime.bigint() - start) / batch);
    }
  } while (process.hrtime.bigint() < end);
  return samples.sort((a, b) => a - b);
}

/** Times an operation run by run. */
export async function timeEach(runs: number, operation: () => Promise<unknown>): Promise<Samples> {
  const samples: number[] = [];
  for (let index = 0; index < runs; index++) {
    const start = process.hrtime.bigint();
    await operation();
    samples.push(Number(process.hrtime.bigint() - start));
  }
  return samples.sort((a, b) => a - b);
}

export interface Load {
  readonly samples: Samples;
  readonly perSecond: number;
}

/** Lets so many callers repeat an operation until it has run `runs` times in all. */
export async function load(
  callers: number,
  runs: number,
  operation: (run: number) => Promise<unknown>,
): Promise<Load> {
  const samples: number[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let run = next++; run < runs; run = next++) {
      const start = process.hrtime.bigint();
      await operation(run);
      samples.push(Number(process.hrtime.bigint() - start));
    }
  };
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { samples: samples.sort((a, b) => a - b), perSecond: runs / seconds };
}
