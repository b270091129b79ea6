import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { LocalHeadStore, readLedger, verifyLedger, type VerifyReport } from '../../src/index.js';

const MEMBER = fileURLToPath(new URL('member.mjs', import.meta.url));
const PROCESSES = 8;

/** What came of processes that appended to one ledger while some of them were killed. */
export interface Outcome {
  readonly report: VerifyReport;
  readonly acknowledged: number;
  /** Processes that were killed, and how many of them were writing the file. */
  readonly kills: number;
  readonly writersKilled: number;
  /** Appends that were acknowledged and are not there whole, exactly once and in order. */
  readonly lost: readonly string[];
  /** Appends of which a record is there more than once. */
  readonly doubled: readonly string[];
  /** Appends that were never acknowledged, and are there. */
  readonly unacknowledged: number;
  readonly seconds: number;
  /** Longest time between two acknowledgements. */
  readonly longestPauseMs: number;
}

/** Eight processes make so many acknowledged appends each; every so often one of them is killed. */
export async function runEight(
  folder: string,
  appends: number,
  killEvery: number,
): Promise<Outcome> {
  const run = new Run(folder, appends, killEvery);
  await Promise.all(Array.from({ length: PROCESSES }, (_, n) => run.keepGoing(n)));
  const { seconds, longestPauseMs } = run;
  const path = join(folder, 'ledger.jsonl');
  const kept = await new LocalHeadStore(join(folder, 'head.json')).load();
  const report = await verifyLedger(path, { anchors: kept ? [kept] : [] });
  return {
    report,
    acknowledged: run.acknowledged.size,
    kills: run.kills,
    writersKilled: run.writersKilled,
    ...(await compare(path, run.acknowledged)),
    seconds,
    longestPauseMs,
  };
}

class Run {
  readonly acknowledged = new Set<string>();
  kills = 0;
  writersKilled = 0;
  longestPauseMs = 0;
  readonly #folder: string;
  readonly #appends: number;
  readonly #killEvery: number;
  readonly #living = new Set<ChildProcess>();
  readonly #start = performance.now();
  #writer: ChildProcess | undefined;
  #untilKill = 0;
  #last: number | undefined;

  constructor(folder: string, appends: number, killEvery: number) {
    this.#folder = folder;
    this.#appends = appends;
    this.#killEvery = killEvery;
    this.#planKill();
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Starts one member, and again when it was killed, until it has made its appends. */
  async keepGoing(n: number): Promise<void> {
    let left = this.#appends;
    for (let life = 0; left > 0; life++) {
      const member = spawn(process.execPath, [MEMBER, this.#folder, `${n}.${life}`, String(left)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      this.#living.add(member);
      const closed = once(member, 'close');
      for await (const line of createInterface({ input: member.stdout })) {
        this.#note(member, JSON.parse(line) as [string, boolean]);
        left--;
      }
      const [code, signal] = (await closed) as [number | null, string | null];
      this.#living.delete(member);
      if (signal !== 'SIGKILL' && code !== 0) throw new Error(`a member ended with ${code}`);
    }
  }

  #note(member: ChildProcess, [id, isWriter]: [string, boolean]): void {
    this.acknowledged.add(id);
    const now = performance.now();
    this.longestPauseMs = Math.max(this.longestPauseMs, now - (this.#last ?? now));
    this.#last = now;
    if (isWriter) this.#writer = member;
    if (--this.#untilKill <= 0) this.#kill();
  }

  #kill(): void {
    this.#planKill();
    const others = [...this.#living].filter(({ killed }) => !killed);
    const any = others[randomInt(Math.max(1, others.length))];
    const victim = randomInt(2) === 0 && this.#writer?.killed === false ? this.#writer : any;
    if (!victim?.kill('SIGKILL')) return;
    this.kills++;
    if (victim === this.#writer) this.writersKilled++;
  }

  #planKill(): void {
    this.#untilKill = 1 + randomInt(2 * this.#killEvery);
  }
}

async function compare(
  path: string,
  acknowledged: ReadonlySet<string>,
): Promise<Pick<Outcome, 'lost' | 'doubled' | 'unacknowledged'>> {
  const found = new Map<string, string[]>();
  for await (const { type, body } of readLedger(path)) {
    if (type !== 'decision' && type !== 'pass') continue;
    const types = found.get(body.decisionId) ?? [];
    types.push(type);
    found.set(body.decisionId, types);
  }
  const doubled = [...found].filter(([, types]) => new Set(types).size < types.length);
  const lost = [...acknowledged].filter((id) => found.get(id)?.join() !== 'decision,pass');
  const unacknowledged = [...found.keys()].filter((id) => !acknowledged.has(id)).length;
  return { lost, doubled: doubled.map(([id]) => id), unacknowledged };
}

/** One line of figures. */
export function figuresOf(outcome: Outcome): string {
  const { report, acknowledged, kills, writersKilled, lost, doubled } = outcome;
  return (
    `${report.verdict}, ${report.size} records, ${acknowledged} appends acknowledged, ` +
    `${lost.length} lost, ${doubled.length} doubled, ${outcome.unacknowledged} there unacknowledged, ` +
    `${kills} kills (${writersKilled} of the writer), ${outcome.seconds.toFixed(1)} s, ` +
    `longest pause ${outcome.longestPauseMs.toFixed(0)} ms`
  );
}
