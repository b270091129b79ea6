import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { assertAftermath } from './aftermath.js';
import { FAULTS, runDisturbed, traceProgram, type Fault, type FileCall } from './strace.js';

/** One fault in one call. */
export interface Point {
  readonly call: FileCall;
  readonly fault: Fault;
}

export interface FaultRun {
  /** Points that there are. */
  readonly all: number;
  /** Points that were tried. */
  readonly tried: number;
  /** Of those, the ones whose call was not made this time. */
  readonly missed: number;
  readonly failures: readonly string[];
}

const PARALLEL = 2;

/**
 * Puts a fault into every call on the ledger's files, one a run, and checks what is left.
 *
 * @param limit tries so many points only, evenly spread.
 */
export async function runFaults(
  folder: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<FaultRun> {
  const { calls, paths } = await traceProgram(folder);
  const all = FAULTS.flatMap((fault) => calls.map((call) => ({ call, fault })));
  const points = spread(all, limit);
  const failures: string[] = [];
  let missed = 0;
  const queue = points.entries();
  const work = async (): Promise<void> => {
    for (const [at, point] of queue) {
      const place = join(folder, String(at));
      const { wasHit, failure } = await tryPoint(place, paths, point);
      if (!wasHit) missed++;
      if (failure !== undefined) failures.push(failure);
      await rm(place, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { all: all.length, tried: points.length, missed, failures };
}

async function tryPoint(
  folder: string,
  paths: readonly string[],
  point: Point,
): Promise<{ readonly wasHit: boolean; readonly failure: string | undefined }> {
  const { call, fault } = point;
  const trace = await runDisturbed(folder, paths, point);
  const wasHit = fault === 'SIGKILL' ? trace.ending === fault : trace.injected.length > 0;
  try {
    await assertAftermath(folder, trace, fault);
    return { wasHit, failure: undefined };
  } catch (error) {
    const refused = trace.said.filter((line) => !line.includes('"appended"')).join(' ');
    return {
      wasHit,
      failure: `${fault} in ${call.name} ${call.n}: ${call.line}: ${String(error)} ${refused}`,
    };
  }
}

/** So many of them, at equal distances. */
function spread(points: readonly Point[], limit: number): readonly Point[] {
  const step = Math.max(1, points.length / limit);
  return points.filter((_, at) => Math.floor(at / step) > Math.floor((at - 1) / step));
}
