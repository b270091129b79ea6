import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import type { Sha256 } from '@axtary/core/digest';

const CHUNK_BYTES = 256 * 1024;
/** Bytes that may come without a newline: no line of an export is as long. */
const MAX_REST_BYTES = 2 * 1024 * 1024;
const NEWLINE = 0x0a;
const MANIFEST_START = Buffer.from('{"manifest":');

/** One line of an export, without its newline. */
export interface ExportLine {
  readonly bytes: Buffer;
  /** Where it begins. */
  readonly offset: number;
}

/** Reads an export line by line, and digests what is before its manifest. */
export class ExportLines {
  readonly #content = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);
  #hasManifest = false;

  /** Whether it was given up because more bytes came without a newline than a line may have. */
  get isEndless(): boolean {
    return this.#rest.length > MAX_REST_BYTES;
  }

  /** Bytes after the last newline. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Digest of all bytes before the line of the manifest; to be asked for once. */
  content(): Sha256 {
    return `sha256:${this.#content.digest('hex')}`;
  }

  async *read(handle: FileHandle, signal: AbortSignal | undefined): AsyncGenerator<ExportLine[]> {
    let at = 0;
    for (;;) {
      signal?.throwIfAborted();
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0 || this.#rest.length > MAX_REST_BYTES) return;
      const bytes = Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]);
      const start = at - this.#rest.length;
      at += bytesRead;
      yield this.#split(bytes, start);
    }
  }

  #split(bytes: Buffer, start: number): ExportLine[] {
    const lines: ExportLine[] = [];
    let done = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, done)) {
      lines.push({ bytes: bytes.subarray(done, end), offset: start + done });
      done = end + 1;
    }
    const manifest = lines.find((line) => isManifest(line.bytes));
    if (!this.#hasManifest) {
      this.#content.update(bytes.subarray(0, manifest ? manifest.offset - start : done));
    }
    this.#hasManifest ||= manifest !== undefined;
    this.#rest = bytes.subarray(done);
    return lines;
  }
}

export function isManifest(line: Buffer): boolean {
  return line.subarray(0, MANIFEST_START.length).equals(MANIFEST_START);
}
