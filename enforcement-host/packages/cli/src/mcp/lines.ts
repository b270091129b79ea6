/** A line that is longer than the limit; its content was dropped. */
export const TOO_LONG = Symbol('too long');

const NEWLINE = 0x0a;

/** The lines of a stream, without their newline. No more than `maxBytes` are ever kept. */
export async function* readLines(
  stream: AsyncIterable<string | Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array | typeof TOO_LONG> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    let rest = Buffer.from(piece);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      const isTooLong = length + end > maxBytes;
      yield isTooLong ? TOO_LONG : Buffer.concat([...parts, rest.subarray(0, end)]);
      parts = [];
      length = 0;
      rest = rest.subarray(end + 1);
    }
    length += rest.length;
    if (length > maxBytes) parts = [];
    else if (rest.length > 0) parts.push(rest);
  }
  if (length > 0) yield length > maxBytes ? TOO_LONG : Buffer.concat(parts);
}
