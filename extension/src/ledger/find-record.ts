import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The line of a record in an export: line n, from 0, holds record n. `undefined`: the file ends before. */
export async function findRecordLine(file: string, seq: number): Promise<string | undefined> {
  const input = createReadStream(file, 'utf8');
  try {
    let index = 0;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (index === seq) return line;
      index += 1;
    }
    return undefined;
  } finally {
    input.destroy();
  }
}

/** A record for reading; what is not JSON is shown as it is. */
export function prettyRecord(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), undefined, 2);
  } catch {
    return line;
  }
}
