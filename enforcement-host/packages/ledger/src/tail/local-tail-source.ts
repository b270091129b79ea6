import { stat, type FileHandle } from 'node:fs/promises';

import type { LedgerRecord } from '../record/records.js';
import { openIfThere } from '../store/file.js';
import { entryBytes, readEntries } from '../store/lines.js';
import { readLedgerEntries, wholeRecord } from '../store/read-ledger.js';
import { FileWatch, type FileWatchOptions } from './file-watch.js';
import type { TailSource } from './tail-source.js';

/** Where the last read came to in the file that is written. */
interface Position {
  /** Tells the file from the next one of its name. */
  readonly inode: number;
  readonly offset: number;
  /** Sequence number of the record that begins there. */
  readonly next: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly end: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * A ledger on this machine's disk, which another process may be writing. A read that goes on where
 * the last one ended costs as much as what is new.
 */
export class LocalTailSource implements TailSource {
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
    const handle = at?.next === from ? await openIfThere(this.#path) : undefined;
    try {
      const stats = await handle?.stat();
      if (at && handle && stats?.ino === at.inode) {
        yield* this.#readOn(at, { handle, end: stats.size, signal });
        return;
      }
    } finally {
      await handle?.close();
    }
    yield* this.#readAll(from, signal);
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

  async *#readOn(
    { inode, offset: start, next: first }: Position,
    { handle, end, signal }: OpenFile,
  ): AsyncGenerator<LedgerRecord> {
    let [offset, next] = [start, first];
    for await (const { entries } of readEntries(handle, { start, end, signal })) {
      for (const raw of entries) {
        offset += entryBytes(raw);
        yield wholeRecord({ raw, seq: next++ });
        this.#position = { inode, offset, next };
      }
    }
  }

  async #inode(): Promise<number | undefined> {
    return (await stat(this.#path).catch(() => undefined))?.ino;
  }
}
