import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Lines of an export that are not records: what is said about them, and about the file. */
const OTHER = /^\{"(?:disclosures|export|inclusion|key|manifest)":/;
const FROM = /^\{"export":\{.*?"from":(\d+)/;
const SEQ = /"prev":"sha256:[0-9a-f]{64}","seq":(\d+),"ts":/;

/**
 * The line of a record in an export, by the record's number; a damaged one is counted from the one
 * before it. `undefined`: the file has no such record.
 */
export async function findRecordLine(file: string, seq: number): Promise<string | undefined> {
  const input = createReadStream(file, 'utf8');
  let last = -1;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const from = FROM.exec(line)?.[1];
      if (from !== undefined) last = Number(from) - 1;
      if (OTHER.test(line)) continue;
      const number = SEQ.exec(line)?.[1];
      last = number === undefined ? last + 1 : Number(number);
      if (last === seq) return line;
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
