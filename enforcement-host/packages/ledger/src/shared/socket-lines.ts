import type { Socket } from 'node:net';

const NEWLINE = 0x0a;

/**
 * The lines of UTF-8 that a socket brings, without their newlines. Reads on only as lines are taken,
 * and leaves the socket open when they are not taken to the end.
 *
 * @throws RangeError for a line of more than `maxBytes`; what the socket fails with.
 */
export async function* readSocketLines(socket: Socket, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      length += end - start;
      assertShort(length, maxBytes);
      yield Buffer.concat(parts, length).toString('utf8');
      parts = [];
      length = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    assertShort(length, maxBytes);
  }
}

function assertShort(length: number, maxBytes: number): void {
  if (length > maxBytes) throw new RangeError(`a message is longer than ${maxBytes} bytes`);
}

/** Sends a message as a line of JSON; those of one turn go out together. */
export function sendLine(socket: Socket, message: object): void {
  if (socket.writableCorked === 0) {
    socket.cork();
    process.nextTick(() => socket.uncork());
  }
  socket.write(`${JSON.stringify(message)}\n`);
}

/** Resolves when the other end has taken enough of what was sent, or is gone. */
export async function drained(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}
