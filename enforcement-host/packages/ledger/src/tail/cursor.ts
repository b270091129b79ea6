import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { messageOf, sha256Schema } from '@axtary/core';
import { replaceFile } from '@axtary/core/durable-files';
import { z } from 'zod';

import { TailError } from './errors.js';

const cursorSchema = z.strictObject({
  /** The ledger that was delivered from. */
  log: z.string().max(64),
  /** Sequence number of the last record that was delivered. */
  seq: z.int().nonnegative(),
  /** `prev` of that record, which tells it from another one in its place. */
  prev: sha256Schema,
});

/** Where a tail stands: the last record that its receiver has. */
export type Cursor = Readonly<z.infer<typeof cursorSchema>>;

/** A cursor in a file of this account. */
export class LocalCursor {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws TailError `TAIL_CURSOR_UNUSABLE`: going on without it could leave records out. */
  async load(): Promise<Cursor | undefined> {
    try {
      return cursorSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      throw this.#unusable('cannot be read', cause);
    }
  }

  /**
   * Durable on return; before, the file has the old cursor or the new one.
   *
   * @throws TailError `TAIL_CURSOR_UNUSABLE`.
   */
  async save({ log, seq, prev }: Cursor): Promise<void> {
    try {
      await replaceFile(this.#file, `${JSON.stringify({ log, seq, prev })}\n`);
    } catch (cause) {
      throw this.#unusable('cannot be written', cause);
    }
  }

  #unusable(what: string, cause: unknown): TailError {
    const message = `the cursor ${basename(this.#file)} ${what}: ${messageOf(cause)}`;
    return new TailError('TAIL_CURSOR_UNUSABLE', message, { cause });
  }
}
