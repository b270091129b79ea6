import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { messageOf } from '@axtary/core';
import { createFolder, syncFolder } from '@axtary/core/durable-files';

import type { FormatContext } from '../formats/format-context.js';
import type { LedgerFormat } from '../formats/formats.js';
import type { LedgerEvent } from '../formats/ledger-event.js';
import { SinkError } from './errors.js';
import { ALL_TAKEN, type DeliverReport, type LedgerSink } from './sink.js';

const { O_APPEND, O_CREAT, O_RDWR } = constants;
const NEWLINE = 0x0a;
/** No line of any format is longer: records are at most 1 MiB, and escapes take six bytes for one. */
const MAX_TAIL = 8 * 1024 * 1024;

export interface FileSinkOptions {
  readonly file: string;
  readonly format: LedgerFormat;
  readonly context: FormatContext;
}

/**
 * Appends to a file of this account; on return of `deliver` the lines are durable. A file that was
 * rotated away (renamed or removed) is made anew. The beginning of a line that a crash left behind
 * is cut off when that line comes again; anything else in the file is left as it is.
 */
export class FileSink implements LedgerSink {
  readonly name: string;
  readonly #options: FileSinkOptions;
  #handle: FileHandle | undefined;

  constructor(options: FileSinkOptions) {
    this.#options = options;
    this.name = basename(options.file);
  }

  async deliver(events: readonly LedgerEvent[]): Promise<DeliverReport> {
    const { format, context } = this.#options;
    try {
      await this.#dropIfRotated();
      const lines = events.map((event) => Buffer.from(format.write(event, context)));
      const handle = (this.#handle ??= await this.#open(lines));
      // A file may also have been cut to nothing in place.
      const { size } = await handle.stat();
      const header = size === 0 ? [Buffer.from(format.header)] : [];
      await handle.writeFile(Buffer.concat([...header, ...lines]));
      await handle.datasync();
      return ALL_TAKEN;
    } catch (cause) {
      await this.close();
      const message = `${this.name} cannot be written: ${messageOf(cause)}`;
      throw new SinkError('SINK_UNAVAILABLE', message, { cause });
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
  }

  async #dropIfRotated(): Promise<void> {
    if (!this.#handle) return;
    const [ours, named] = await Promise.all([
      this.#handle.stat(),
      stat(this.#options.file).catch(() => undefined),
    ]);
    if (named?.ino !== ours.ino || named.dev !== ours.dev) await this.close();
  }

  async #open(lines: readonly Buffer[]): Promise<FileHandle> {
    const { file } = this.#options;
    await createFolder(dirname(file));
    const handle = await open(file, O_RDWR | O_APPEND | O_CREAT, 0o600);
    try {
      const { size } = await handle.stat();
      if (size === 0) await syncFolder(dirname(file));
      else await endLastLine(handle, size, lines);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
}

/** Cuts off an unfinished last line if it is the beginning of one of ours, or else closes it. */
async function endLastLine(
  handle: FileHandle,
  size: number,
  lines: readonly Buffer[],
): Promise<void> {
  const tail = Buffer.alloc(Math.min(size, MAX_TAIL));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const begun = tail.subarray(tail.lastIndexOf(NEWLINE) + 1);
  if (begun.length === 0) return;
  const isOurs = lines.some((line) => line.subarray(0, begun.length).equals(begun));
  if (isOurs) await handle.truncate(size - begun.length);
  else await handle.writeFile('\n');
}
