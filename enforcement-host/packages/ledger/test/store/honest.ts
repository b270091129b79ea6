import { createHash } from 'node:crypto';
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listSegments } from '../../src/store/segments.js';
import {
  attestLedger,
  LocalEpochKeys,
  LocalHeadStore,
  LocalJsonlLedger,
  verifyExport,
  verifyLedger,
  type LedgerEntry,
} from '../../src/index.js';
import { fullCall, otherRecords } from '../export/exports.js';
import { call, newSigner, TestClock } from '../support.js';

const signer = newSigner();

type Roll = (count: number) => number;

/** Numbers below `count` that look random and are the same for a seed. */
function diceOf(seed: number): Roll {
  let rolls = 0;
  return (count) => {
    const digest = createHash('sha256').update(`${seed} ${rolls++}`).digest();
    return digest.readUInt32BE() % count;
  };
}

/** One honest ledger, and everything around it. */
class Scene {
  readonly path: string;
  readonly roll: Roll;
  readonly clock = new TestClock();
  readonly heads: LocalHeadStore;
  readonly #files: readonly string[];
  readonly #keys: LocalEpochKeys | undefined;
  readonly #rotateAt: number;
  readonly #records: number;
  names = 0;

  constructor(folder: string, seed: number) {
    this.roll = diceOf(seed);
    this.path = join(folder, `${seed}.jsonl`);
    const head = join(folder, `${seed}.head.json`);
    const keys = join(folder, `${seed}.keys.json`);
    this.#files = [this.path, head, keys];
    this.heads = new LocalHeadStore(head);
    this.#keys = this.roll(3) === 0 ? new LocalEpochKeys(keys) : undefined;
    this.#rotateAt = 1500 + this.roll(8000);
    this.#records = 1 + this.roll(12);
  }

  ledger(): LocalJsonlLedger {
    return new LocalJsonlLedger(this.path, {
      clock: this.clock,
      heads: this.heads,
      rotateAt: this.#rotateAt,
      checkpointEvery: { records: this.#records, milliseconds: 600_000 },
      ...(this.#keys ? { epochs: this.#keys } : { signer }),
    });
  }

  async segments(): Promise<number> {
    return (await listSegments(this.path)).length;
  }

  /** What all files hold now; to be put back as if nothing had come after. */
  async freeze(): Promise<() => Promise<void>> {
    const kept = await Promise.all(
      this.#files.map(async (file) => [file, await readFile(file).catch(() => undefined)] as const),
    );
    return async () => {
      for (const [file, bytes] of kept) {
        await (bytes ? writeFile(file, bytes) : rm(file, { force: true }));
      }
    };
  }
}

/**
 * Writes one honest ledger: openings, appends, crashes that tear what was last written, rotation,
 * keys of epochs, clocks that are set. Returns what verification says against it, if anything.
 */
export async function accuse(folder: string, seed: number): Promise<string | undefined> {
  const scene = new Scene(folder, seed);
  for (let opening = 1 + scene.roll(3); opening > 0; opening--) {
    if (scene.roll(2) === 0) await writeAndCrash(scene);
    else await write(scene, (ledger) => ledger.close());
    const report = await verifyLedger(scene.path);
    if (report.verdict === 'INVALID') return `in between: ${report.code} ${report.message}`;
  }
  return findingsAbout(scene);
}

async function write<T>(scene: Scene, end: (ledger: LocalJsonlLedger) => Promise<T>): Promise<T> {
  const { roll, clock } = scene;
  const ledger = scene.ledger();
  await ledger.open();
  for (let turns = roll(4); turns > 0; turns--) {
    // At most a minute back, at most a day and an hour on.
    if (roll(3) === 0) clock.pass(roll(2) === 0 ? -roll(60_000) : roll(90_000_000));
    await ledger.append(entriesFor(roll(4), scene.names++));
    if (roll(5) === 0) await ledger.checkpoint();
  }
  return end(ledger);
}

function entriesFor(kind: number, n: number): readonly LedgerEntry[] {
  if (kind === 0) return fullCall(n);
  if (kind === 1) return otherRecords(signer, n);
  return kind === 2 ? call(n).slice(0, 3) : call(n);
}

/** The last batch was being written when the machine stopped: any part of it may be there. */
async function writeAndCrash(scene: Scene): Promise<void> {
  await write(scene, async (ledger) => {
    const { size: bytes } = await stat(scene.path);
    const segments = await scene.segments();
    const { size } = ledger.head();
    await ledger.append(entriesFor(scene.roll(4), scene.names++));
    const putBack = await scene.freeze();
    const { size: written } = await stat(scene.path);
    const kept = await scene.heads.load();
    await ledger.close();
    if ((await scene.segments()) !== segments) return;
    await putBack();
    // A head is kept after its records are durable: then no part of them can be missing.
    if ((kept?.size ?? 0) > size || written <= bytes) return;
    await truncate(scene.path, bytes + scene.roll(written - bytes));
  });
}

async function findingsAbout(scene: Scene): Promise<string | undefined> {
  const { path, clock } = scene;
  const ledger = scene.ledger();
  await ledger.open();
  await ledger.checkpoint();
  const anchor = ledger.head();
  const report = await verifyLedger(path, { anchors: [anchor] });
  const out = `${path}.export`;
  const sign = (text: string): Promise<string> => ledger.sign('export', text);
  await attestLedger(path, out, { sign, software: 'test', clock });
  const exported = await verifyExport(out, { anchors: [anchor] });
  await ledger.close();
  if (report.verdict !== 'VALID_ANCHORED') return `${report.code}: ${report.message}`;
  if (exported.verdict === 'VALID_ANCHORED') return undefined;
  return `export: ${exported.code} ${exported.message}`;
}
