import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { systemClock, type Clock } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';
import { syncFolder } from '@axtary/core/durable-files';

import { SingleUseError } from './errors.js';
import { instantOf, type SingleUseStore } from './store.js';

export interface LocalSingleUseStoreOptions {
  readonly clock?: Clock;
}

const HOUR_MS = 3_600_000;
const MAX_AHEAD_MS = 31 * 24 * HOUR_MS;
const MARKS = /^\d{1,10}$/;
const FLOOR = /^floor-(\d{1,10})$/;
/** A listing that runs beside a removal still shows a floor: to miss all would take 16 hours. */
const FLOORS_KEPT = 16;

// The folder, by hours since the epoch:
//   491520/<sha256 of the key, hex>   a mark, empty; in each hour from its use to its expiry
//   491521/...
//   floor-491520                      no hour before this one is open; the highest counts
//
// Why one caller wins. To win, a caller creates its mark in every hour from now to the expiry, in
// ascending order, and creation is exclusive: of two callers whose hours overlap, one fails, unless
// the mark of the other was removed in between. Marks are removed only after a floor above their
// hour is durable, and every caller reads the floor after its last mark: it finds its own last hour
// closed and is refused, or the first caller's key had expired. The floor only rises, whatever the
// clock does.

/**
 * Marks in a folder of this machine (modes 0700 and 0600), for any number of processes. A mark
 * survives a crash at any moment once `use` has answered true; a crash before may leave a key used
 * that nobody was told of. Expired keys are forgotten hour by hour, and a key of a forgotten hour
 * stays refused when the clock goes back. A clock that was ahead therefore refuses every key until
 * that time has come.
 *
 * One use costs two fsyncs (mark, folder) for each clock hour between now and the expiry: two for
 * a lifetime of minutes, four where an hour ends in it. The first use of an hour costs up to four
 * more, and removes what has expired.
 */
export class LocalSingleUseStore implements SingleUseStore {
  readonly #folder: string;
  readonly #clock: Clock;
  /** Folders whose own entry this instance has made durable. */
  readonly #made = new Map<string, Promise<void>>();
  /** The highest that this instance has read; -1 before there is one. */
  #floor = -1;

  /** @param folder is created when it is missing; its parent must be there. */
  constructor(folder: string, { clock = systemClock }: LocalSingleUseStoreOptions = {}) {
    this.#folder = path.resolve(folder);
    this.#clock = clock;
  }

  /**
   * @throws SingleUseError where the folder cannot be read or written.
   * @throws TypeError for an expiry more than 31 days ahead.
   */
  async use(key: string, expiresAt: Date): Promise<boolean> {
    const now = instantOf(this.#clock.now());
    const expiry = instantOf(expiresAt);
    if (expiry - now > MAX_AHEAD_MS) throw new TypeError('expected an expiry within 31 days');
    if (expiry <= now) return false;
    try {
      return await this.#use(sha256(key).slice('sha256:'.length), hourOf(now), hourOf(expiry));
    } catch (cause) {
      throw new SingleUseError('SINGLE_USE_UNAVAILABLE', 'the mark cannot be kept', { cause });
    }
  }

  async #use(name: string, now: number, last: number): Promise<boolean> {
    await this.#make(this.#folder);
    if (this.#floor < 0) await this.#readFloor();
    if (now > this.#floor) await this.#raiseFloor(now);
    for (let hour = Math.max(now, this.#floor, 0); hour <= last; hour++) {
      if (!(await this.#mark(hour, name))) return false;
    }
    return last >= (await this.#readFloor());
  }

  /** @returns false where the mark is there already. */
  async #mark(hour: number, name: string): Promise<boolean> {
    const folder = this.#folderOf(hour);
    await this.#make(folder);
    try {
      return await createDurably(path.join(folder, name));
    } catch (error) {
      // Another process has closed this hour meanwhile; the marks after it decide.
      if (hasCode(error, 'ENOENT') && hour < (await this.#readFloor())) return true;
      throw error;
    }
  }

  async #raiseFloor(hour: number): Promise<void> {
    const isRaised = await createDurably(path.join(this.#folder, `floor-${hour}`));
    this.#floor = Math.max(this.#floor, hour);
    if (isRaised) await this.#prune(hour);
  }

  async #readFloor(): Promise<number> {
    const floors = floorsIn(await readdir(this.#folder));
    this.#floor = Math.max(this.#floor, ...floors);
    return this.#floor;
  }

  /** @param floor that is durable. */
  async #prune(floor: number): Promise<void> {
    const names = await readdir(this.#folder);
    const closed = names.filter((name) => MARKS.test(name) && Number(name) < floor);
    for (const name of closed) {
      this.#made.delete(path.join(this.#folder, name));
      await this.#remove(name);
    }
    const floors = floorsIn(names).sort((a, b) => b - a);
    for (const old of floors.slice(FLOORS_KEPT)) await this.#remove(`floor-${old}`);
  }

  async #remove(name: string): Promise<void> {
    try {
      await rm(path.join(this.#folder, name), { recursive: true, force: true });
    } catch (error) {
      // Another process has put a mark there that will not count: the next hour removes it.
      if (!hasCode(error, 'ENOTEMPTY')) throw error;
    }
  }

  /** On return the folder is there, durably. Once: a folder that then vanishes is not replaced. */
  #make(folder: string): Promise<void> {
    const known = this.#made.get(folder);
    if (known) return known;
    const made = makeDurably(folder).catch((error: unknown) => {
      this.#made.delete(folder);
      throw error;
    });
    this.#made.set(folder, made);
    return made;
  }

  #folderOf(hour: number): string {
    return path.join(this.#folder, String(hour));
  }
}

function hourOf(instant: number): number {
  return Math.floor(instant / HOUR_MS);
}

function floorsIn(names: readonly string[]): number[] {
  return names.flatMap((name) => FLOOR.exec(name)?.[1] ?? []).map(Number);
}

/** Makes an empty file, which needs no draft. @returns false where it is there already. */
async function createDurably(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  await syncFolder(path.dirname(file));
  return true;
}

async function makeDurably(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST') || !(await stat(folder)).isDirectory()) throw error;
  }
  // Also where it was there: who made it may have crashed before this.
  await syncFolder(path.dirname(folder));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
