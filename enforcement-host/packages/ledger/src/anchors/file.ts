import { constants } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { canonicalize, messageOf, parseStrictJson, type Clock } from '@axtary/core';
import { createFolder, syncFolder } from '@axtary/core/durable-files';

import { assertContinues, anchorSchema } from './anchor.js';
import type { Anchor, AnchorSource, AnchorTarget, Checkpoint, Receipt } from './anchor.js';
import { AnchorError } from './errors.js';

const { O_APPEND, O_CREAT, O_RDWR } = constants;
// Windows has no O_NOFOLLOW.
const NO_FOLLOW = 'O_NOFOLLOW' in constants ? constants.O_NOFOLLOW : 0;

const NEWLINE = 0x0a;

/** Adds one line to the end of a file, durably; creates the file and folders above it. */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    await createFolder(dirname(path));
    const handle = await open(path, O_RDWR | O_APPEND | O_CREAT | NO_FOLLOW, 0o600);
    try {
      await append(handle, line);
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(path));
  } catch (cause) {
    const message = `anchors cannot be written: ${messageOf(cause)}`;
    throw new AnchorError('ANCHOR_WRITE_FAILED', message, { cause });
  }
}

async function append(handle: FileHandle, line: string): Promise<void> {
  const { size } = await handle.stat();
  const last = Buffer.alloc(1, NEWLINE);
  if (size > 0) await handle.read(last, 0, 1, size - 1);
  // A crash may have left half a line. The file only grows, so that ends here, and is no line.
  const text = `${last[0] === NEWLINE ? '' : '\n'}${line}\n`;
  const bytes = Buffer.from(text);
  // One write to a file opened for appending, so that two writers do not mix their lines.
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten !== bytes.length) throw new Error('the disk is full');
  await handle.datasync();
}

/** The lines of a file; none where there is no file. @throws AnchorError `ANCHOR_UNREADABLE`. */
export async function readLinesOf(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    const message = `anchors cannot be read: ${messageOf(cause)}`;
    throw new AnchorError('ANCHOR_UNREADABLE', message, { cause });
  }
}

/** A line as JSON; `undefined` for half a line. */
export function parseLine(line: string): unknown {
  try {
    return parseStrictJson(line);
  } catch {
    return undefined;
  }
}

/**
 * A file of anchors, one canonical JSON line each, that only grows. It is worth as much as its
 * place: on another disk, or one that can only be appended to, it outlasts the ledger; beside the
 * ledger, whoever changes the one can change the other.
 */
export class FileAnchor implements AnchorTarget, AnchorSource {
  readonly name = 'file';
  readonly #path: string;
  readonly #clock: Clock;
  readonly #last = new Map<string, Anchor>();

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** @throws AnchorError `ANCHOR_CONFLICT` if the file knows more, or another tree. */
  async push({ log, size, root, head }: Checkpoint): Promise<Receipt> {
    const known = this.#last.get(log) ?? (await this.read(log)).at(-1);
    const state = { log, size, root, head };
    assertContinues(known, state);
    if (known?.size === size) return { anchor: known };
    const anchor = { ...state, by: this.name, at: this.#clock.now().toISOString() };
    await appendLine(this.#path, canonicalize(anchor));
    this.#last.set(log, anchor);
    return { anchor };
  }

  /** Lines that are no anchors are passed over: whoever can damage one can also remove it. */
  async read(log: string): Promise<readonly Anchor[]> {
    const lines = await readLinesOf(this.#path);
    return lines
      .map((line) => anchorSchema.safeParse(parseLine(line)).data)
      .filter((anchor) => anchor?.log === log)
      .filter((anchor) => anchor !== undefined);
  }
}
