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
export async function runFaults(folder: string, limit = Number.POSITIVE_INFINITY): Promise<FaultRun> {
  const { calls, paths } = await traceProgram(folder);
  const all = calls.flatMap((call) => FAULTS.map((fault) => ({ call, fault })));
  const points = spread(all, limit);
  const failures: string[] = [];
  let missed = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < points.length; at = next++) {
      const point = points[at];
      if (!point) return;
      const place = join(folder, String(at));
      const trace = await runDisturbed(place, paths, point);
      const wasHit = point.fault === 'SIGKILL' ? trace.ending === 'SIGKILL' : trace.injected.length;
      if (!wasHit) missed++;
      try {
        await assertAftermath(place, trace, point.fault);
      } catch (error) {
        const { call, fault } = point;
        const said = trace.said.filter((line) => line.includes('refused')).join(' ');
        failures.push(`${fault} in ${call.name} ${call.n}: ${call.line}: ${String(error)} ${said}`);
      }
      await rm(place, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { all: all.length, tried: points.length, missed, failures };
}

/** So many of them, at equal distances. */
function spread(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit) return points;
  return Array.from({ length: limit }, (_, at) => points[Math.floor((at * points.length) / limit)])
    .filter((point) => point !== undefined);
}
