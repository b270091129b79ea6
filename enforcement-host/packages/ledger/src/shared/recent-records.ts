import { open } from 'node:fs/promises';

import { LedgerError } from '../errors.js';
import { seqOfLine, toRecord } from '../record/line.js';
import type { PreparedEntry } from '../record/prepare.js';
import type { LedgerRecord, RecordPlace } from '../record/records.js';
import { readEntriesBackwards } from '../store/last-entry.js';
import { parseLedgerEntry } from '../store/read-ledger.js';
import { listSegments } from '../store/segments.js';

/**
 * The last records of a ledger by the text of their bodies. The salts of sealed members make that
 * text unique, so an append whose answer was lost is recognized by it. Records without sealed
 * members can be equal; each of them answers for one entry only.
 */
export class RecentRecords {
  readonly #places: ReadonlyMap<string, RecordPlace[]>;

  private constructor(places: ReadonlyMap<string, RecordPlace[]>) {
    this.#places = places;
  }

  /**
   * Reads the records from sequence number `since` on, which are durable on return.
   *
   * @throws LedgerError `LEDGER_UNREADABLE`, `LEDGER_CHAIN_BROKEN`; what the disk refuses.
   */
  static async read(path: string, since: number): Promise<RecentRecords> {
    await makeDurable(path);
    const places = new Map<string, RecordPlace[]>();
    for await (const { bodyText, place } of placesBackwards(path, since)) {
      const known = places.get(bodyText);
      if (known) known.unshift(place);
      else places.set(bodyText, [place]);
    }
    return new RecentRecords(places);
  }

  /**
   * Takes the records of the first of these entries: all, none, or those before a crash tore the
   * write. What was taken is not found again.
   */
  take(entries: readonly PreparedEntry[]): readonly LedgerRecord[] {
    const [first] = entries;
    const firsts = (first && this.#places.get(first.bodyText)) ?? [];
    let best: readonly RecordPlace[] = [];
    for (const start of firsts) {
      const places = this.#placesAfter(start, entries);
      if (isBetter(places, best)) best = places;
    }
    return best.flatMap((place, n) => {
      const entry = entries[n];
      if (!entry) return [];
      this.#forget(entry.bodyText, place);
      return [toRecord(place, entry.content)];
    });
  }

  /** `start`, and then for each further entry the next place of its body, until one has none. */
  #placesAfter(start: RecordPlace, entries: readonly PreparedEntry[]): readonly RecordPlace[] {
    const found = [start];
    let last = start;
    for (const { bodyText } of entries.slice(1)) {
      const next = this.#places.get(bodyText)?.find(({ seq }) => seq > last.seq);
      if (!next) break;
      found.push(next);
      last = next;
    }
    return found;
  }

  #forget(bodyText: string, place: RecordPlace): void {
    const places = this.#places.get(bodyText);
    places?.splice(places.indexOf(place), 1);
  }
}

/** More records, or as many that are closer together: those of one append have nothing between. */
function isBetter(some: readonly RecordPlace[], others: readonly RecordPlace[]): boolean {
  return (
    some.length > others.length || (some.length === others.length && spanOf(some) < spanOf(others))
  );
}

function spanOf(places: readonly RecordPlace[]): number {
  return (places.at(-1)?.seq ?? 0) - (places[0]?.seq ?? 0);
}

// A writer that was killed may have written what it had not yet synced.
async function makeDurable(path: string): Promise<void> {
  // Windows syncs only what is open for writing.
  const handle = await open(path, 'r+').catch((cause: unknown) => {
    if (isMissing(cause)) return undefined;
    throw cause;
  });
  try {
    await handle?.datasync();
  } finally {
    await handle?.close();
  }
}

interface PlacedBody {
  readonly bodyText: string;
  readonly place: RecordPlace;
}

async function* placesBackwards(path: string, since: number): AsyncGenerator<PlacedBody> {
  let before = Number.POSITIVE_INFINITY;
  for await (const file of filesBackwards(path)) {
    for await (const raw of readingIfThere(file)) {
      const seq = seqOfLine(raw.line);
      if (seq >= 0 && seq < since) return;
      // The file that was written may have become the last segment.
      if (seq >= before) continue;
      before = seq;
      const { record, line } = parseLedgerEntry({ raw, seq });
      const { log, prev, ts, boot, mono } = record;
      yield { bodyText: bodyTextOf(line), place: { log, seq, prev, ts, boot, mono } };
    }
  }
}

/** Segments are listed after the file was read: if it is sealed meanwhile, it is among them. */
async function* filesBackwards(path: string): AsyncGenerator<string> {
  yield path;
  for (const { file } of [...(await listSegments(path))].reverse()) yield file;
}

async function* readingIfThere(file: string): ReturnType<typeof readEntriesBackwards> {
  try {
    yield* readEntriesBackwards(file);
  } catch (error) {
    const cause = error instanceof LedgerError ? error.cause : undefined;
    // Just sealed, and the next one is not there yet.
    if (isMissing(cause)) return;
    throw error;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

const BODY = '{"body":';
const AFTER_BODY = ',"boot":"';

function bodyTextOf(line: string): string {
  // No member after the body has this text in it.
  return line.slice(BODY.length, line.lastIndexOf(AFTER_BODY));
}
