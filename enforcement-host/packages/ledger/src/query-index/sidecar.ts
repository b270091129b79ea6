import { createHash, hash } from 'node:crypto';

import { z } from 'zod';

import { byAttribute, narrowed, type Codes, type Columns } from './columns.js';
import { WrittenDictionary, writeWords } from './dictionary.js';
import { callSchema, type Call } from './open-calls.js';
import type { BuiltSegment } from './segment-builder.js';

// A sidecar holds the index of one sealed file of a ledger. Numbers are in the machine's own byte
// order: to another machine the version is another one, and the index is built anew.
//
//    0   8   "axtindex"
//    8   4   version
//   12   4   bytes of the description
//   16   8   bytes of all that is before the leaf hashes
//   24   8   zeros
//   32  32   SHA-256 of all that is before the leaf hashes, but for this field
//   64       description: JSON, then spaces to a multiple of 8 bytes
//            sections: columns, dictionaries (JSON arrays) and open calls (JSON), each so padded
//            leaf hashes, 32 bytes each
const MAGIC = Buffer.from('axtindex');
const VERSION = 1;
export const HEADER_BYTES = 64;
const HASH_AT = 32;

const offset = z.number().int().nonnegative();
const place = z.tuple([offset, offset]);
const attributePlaces = z.strictObject(
  byAttribute(() => z.strictObject({ codes: place, words: place, size: offset })),
);
const descriptionSchema = z.strictObject({
  first: offset,
  count: offset,
  /** Size of the file that is indexed. */
  bytes: offset,
  /** Leaf hash before its first record, and that of its last. */
  prev: z.string(),
  head: z.string(),
  starts: place,
  times: place,
  calls: place,
  origins: place,
  attributes: attributePlaces,
  open: place,
  leavesHash: z.string(),
});
type Description = z.infer<typeof descriptionSchema>;
type Place = z.infer<typeof place>;

/** A sidecar's content but for the leaf hashes, which stay in the file. */
export interface Sidecar extends Pick<
  Description,
  'first' | 'count' | 'bytes' | 'prev' | 'head' | 'leavesHash'
> {
  readonly columns: Columns;
  /** Offset of the leaf hashes in the sidecar. */
  readonly leavesAt: number;
  /** Calls that were open at the end. */
  open(): readonly Call[];
}

/** Writes the index of a file, `bytes` long, but for the leaf hashes that follow. */
export function writeSidecar(
  { columns, ...built }: BuiltSegment,
  bytes: number,
): Buffer<ArrayBuffer> {
  const sections = new Sections();
  const content = {
    starts: sections.add(columns.starts),
    times: sections.add(columns.times),
    calls: sections.add(columns.calls),
    origins: sections.add(columns.origins),
    attributes: byAttribute((name) => {
      const dictionary = columns.dictionaries[name];
      return {
        codes: sections.add(narrowed(columns.codes[name], dictionary)),
        words: sections.add(writeWords(dictionary)),
        size: dictionary.size,
      };
    }),
    open: sections.add(Buffer.from(JSON.stringify(built.calls))),
  };
  const description: Description = {
    first: columns.first,
    count: columns.count,
    bytes,
    prev: built.prev,
    head: built.head,
    ...content,
    leavesHash: hash('sha256', built.leaves),
  };
  const described = padded(Buffer.from(JSON.stringify(description)), 0x20);
  const header = Buffer.alloc(HEADER_BYTES);
  const numbers = new Uint32Array(header.buffer, header.byteOffset, HEADER_BYTES / 4);
  header.set(MAGIC);
  numbers[2] = VERSION;
  numbers[3] = described.length;
  new Float64Array(header.buffer, header.byteOffset, HEADER_BYTES / 8)[2] =
    HEADER_BYTES + described.length + sections.bytes;
  const whole = joined([header, described, ...sections.parts]);
  whole.set(digestOf(whole), HASH_AT);
  return whole;
}

/** In a buffer of its own, for numbers are read at offsets of the buffer. */
function joined(parts: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  const whole = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

class Sections {
  readonly parts: Uint8Array[] = [];
  bytes = 0;

  /** Where the section stands, counted from the first one, and how long it is. */
  add({ buffer, byteOffset, byteLength }: ArrayBufferView): Place {
    const at: Place = [this.bytes, byteLength];
    const part = padded(new Uint8Array(buffer, byteOffset, byteLength), 0);
    this.parts.push(part);
    this.bytes += part.length;
    return at;
  }
}

function padded(bytes: Uint8Array, filler: number): Uint8Array {
  const rest = bytes.length % 8;
  if (rest === 0) return bytes;
  return Buffer.concat([bytes, Buffer.alloc(8 - rest, filler)]);
}

function digestOf(bytes: Uint8Array): Buffer {
  const digest = createHash('sha256');
  return digest.update(bytes.subarray(0, HASH_AT)).update(bytes.subarray(HEADER_BYTES)).digest();
}

/** Bytes before the leaf hashes, as a sidecar's first 64 bytes say; `undefined` for other bytes. */
export function sidecarBytes(header: Uint8Array): number | undefined {
  if (header.length !== HEADER_BYTES || !MAGIC.equals(header.subarray(0, MAGIC.length))) {
    return undefined;
  }
  const aligned = header.slice();
  if (new Uint32Array(aligned.buffer)[2] !== VERSION) return undefined;
  const bytes = new Float64Array(aligned.buffer)[2] ?? 0;
  return Number.isSafeInteger(bytes) && bytes >= HEADER_BYTES ? bytes : undefined;
}

/**
 * Reads all that is before the leaf hashes, from bytes that begin a buffer of their own.
 * `undefined` where they are not what a writer of this version wrote.
 */
export function readSidecar(bytes: Buffer<ArrayBuffer>): Sidecar | undefined {
  if (bytes.byteOffset !== 0 || sidecarBytes(bytes.subarray(0, HEADER_BYTES)) !== bytes.length) {
    return undefined;
  }
  if (!digestOf(bytes).equals(bytes.subarray(HASH_AT, HEADER_BYTES))) return undefined;
  const described = new Uint32Array(bytes.buffer, 0, HEADER_BYTES / 4)[3] ?? 0;
  const base = HEADER_BYTES + described;
  const description = parseDescription(bytes.subarray(HEADER_BYTES, base));
  if (description === undefined) return undefined;
  const at = ([start, length]: Place): Uint8Array<ArrayBuffer> =>
    new Uint8Array(bytes.buffer, base + start, length);
  const { first, count, bytes: indexed, prev, head, leavesHash, open } = description;
  return {
    ...{ first, count, bytes: indexed, prev, head, leavesHash },
    columns: columnsOf(description, at),
    leavesAt: bytes.length,
    open: () => z.array(callSchema).parse(JSON.parse(new TextDecoder().decode(at(open)))),
  };
}

function parseDescription(bytes: Uint8Array): Description | undefined {
  try {
    const described: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return descriptionSchema.safeParse(described).data;
  } catch {
    return undefined;
  }
}

function columnsOf(
  { first, count, attributes, ...places }: Description,
  at: (place: Place) => Uint8Array<ArrayBuffer>,
): Columns {
  return {
    first,
    count,
    starts: uint32(at(places.starts)),
    times: float64(at(places.times)),
    calls: float64(at(places.calls)),
    origins: uint32(at(places.origins)),
    codes: byAttribute((name) => codesOf(at(attributes[name].codes), count)),
    dictionaries: byAttribute((name) => {
      const { words, size } = attributes[name];
      return new WrittenDictionary(at(words), size);
    }),
  };
}

function codesOf(bytes: Uint8Array<ArrayBuffer>, count: number): Codes {
  if (bytes.length === count) return bytes;
  return bytes.length === count * 2
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, count)
    : uint32(bytes);
}

function uint32({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4);
}

function float64({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Float64Array {
  return new Float64Array(buffer, byteOffset, length / 8);
}
