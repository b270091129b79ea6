import { orUnreadable } from '../errors.js';
import type { RawEntry } from '../record/line.js';
import { openForReading } from './file.js';
import { readLinesBackwards } from './lines-backwards.js';
import { isDisclosures } from './lines.js';

/** The last record of a file, without reading what is before; `undefined` if there is none. */
export async function readLastEntry(file: string): Promise<RawEntry | undefined> {
  for await (const entry of readEntriesBackwards(file)) return entry;
  return undefined;
}

/** The records of a file from its last to its first; what follows the last newline is left out. */
export async function* readEntriesBackwards(
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<RawEntry> {
  const handle = await openForReading(file);
  try {
    let line: Buffer | undefined;
    for await (const found of readLinesBackwards(handle, signal)) {
      const disclosures = line && isDisclosures(found) ? Buffer.from(found) : undefined;
      if (line) yield { line, disclosures };
      // A copy: the line is a part of a chunk that would stay in memory as a whole.
      line = disclosures || isDisclosures(found) ? undefined : Buffer.from(found);
    }
    if (line) yield { line, disclosures: undefined };
  } finally {
    await orUnreadable(handle.close());
  }
}
