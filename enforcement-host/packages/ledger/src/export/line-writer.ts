import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import type { Sha256 } from '@axtary/core/digest';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = Buffer.from('\n');

/** Writes lines to a file in large pieces, and knows the digest of what it has written. */
export class LineWriter {
  readonly #target: FileHandle;
  readonly #content = createHash('sha256');
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #bytes = 0;

  constructor(target: FileHandle) {
    this.#target = target;
  }

  /** Bytes that were handed to the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** SHA-256 of those bytes. */
  get digest(): Sha256 {
    return `sha256:${this.#content.copy().digest('hex')}`;
  }

  /** Takes a line without its newline; it may wait for others. */
  async line(line: string | Buffer): Promise<void> {
    const bytes = typeof line === 'string' ? Buffer.from(line) : line;
    this.#waiting.push(bytes, NEWLINE);
    this.#waitingBytes += bytes.length + 1;
    if (this.#waitingBytes >= CHUNK_BYTES) await this.flush();
  }

  /** Hands what waits to the file. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#content.update(bytes);
    this.#bytes += bytes.length;
    await this.#target.writeFile(bytes);
  }
}
