import { stat } from 'node:fs/promises';

import type { LedgerRecord } from '../record/records.js';
import { openIfThere } from '../store/file.js';
import { entryBytes, readEntries } from '../store/lines.js';
import { readLedgerEntries, wholeRecord } from '../store/read-ledger.js';
import { FileWatch, type FileWatchOptions } from './file-watch.js';
import type { LedgerSource } from './ledger-source.js';

/** Where the last read came to in the file that is written. */
interface Position {
  /** Tells the file from the next one of its name. */
  readonly inode: number;
  readonly offset: number;
  /** Sequence number of the record that begins there. */
  readonly next: number;
}

/**
 * A ledger on this machine's disk, which another process may be writing. A read that goes on where
 * the last one ended costs as much as what is new.
 */
export class LocalLedgerSource implements LedgerSource {
  readonly #path: string;
  readonly #watch: FileWatch;
  #position: Position | undefined;

  /** Watches from now on, so that nothing is missed between reading and waiting. */
  constructor(path: string, options: FileWatchOptions = {}) {
    this.#path = path;
    this.#watch = new FileWatch(path, options);
  }

  async *read(from: number, signal?: AbortSignal): AsyncGenerator<LedgerRecord> {
    this.#watch.reset();
    const at = this.#position;
    const isHere = at?.next === from && (await this.#inode()) === at.inode;
    if (isHere) yield* this.#readOn(at, signal);
    else yield* this.#readAll(from, signal);
  }

  news(signal?: AbortSignal): Promise<void> {
    return this.#watch.changed(signal);
  }

  close(): void {
    this.#watch.close();
  }

  async *#readAll(from: number, signal?: AbortSignal): AsyncGenerator<LedgerRecord> {
    const inode = await this.#inode();
    this.#position = undefined;
    let at: Omit<Position, 'inode'> | undefined;
    for await (const entry of readLedgerEntries(this.#path, { from, signal })) {
      yield wholeRecord(entry);
      const { file, offset, bytes, seq } = entry;
      at = file === this.#path ? { offset: offset + bytes, next: seq + 1 } : undefined;
    }
    // The file had this inode all the while, or it was not there at one of the two moments.
    if (at && inode !== undefined && inode === (await this.#inode())) {
      this.#position = { ...at, inode };
    }
  }

  async *#readOn(start: Position, signal?: AbortSignal): AsyncGenerator<LedgerRecord> {
    const handle = await openIfThere(this.#path);
    if (!handle) return;
    try {
      const { ino, size: end } = await handle.stat();
      if (ino !== start.inode) return;
      let { offset, next } = start;
      for await (const { entries } of readEntries(handle, { start: offset, end, signal })) {
        for (const raw of entries) {
          offset += entryBytes(raw);
          yield wholeRecord({ raw, seq: next++ });
          this.#position = { inode: ino, offset, next };
        }
      }
    } finally {
      await handle.close();
    }
  }

  async #inode(): Promise<number | undefined> {
    return (await stat(this.#path).catch(() => undefined))?.ino;
  }
}
