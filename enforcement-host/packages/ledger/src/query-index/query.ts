import { callKey, type Codes, type Columns } from './columns.js';
import type { Dictionary } from './dictionary.js';
import { Pace } from './pace.js';
import { rulesOf, type Attribute } from './record-facts.js';
import type { IndexSnapshot } from './snapshot.js';
import { Tally, type Group, type Timeline } from './tally.js';
import { searchText, type TextLimits } from './text-search.js';

/** Which records: those that meet every member that is present. Lists mean "one of". */
export interface RecordFilter {
  /** Milliseconds since the epoch: from this moment, and before that one. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly types?: readonly string[] | undefined;
  /** Of decisions. */
  readonly verdicts?: readonly string[] | undefined;
  /** Of outcomes; `approved` and `denied` of approvals; `reconciled`. */
  readonly statuses?: readonly string[] | undefined;
  /** Of all records of a call, as its decision says: agents, humans, tools and tasks. */
  readonly agents?: readonly string[] | undefined;
  readonly humans?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly tasks?: readonly string[] | undefined;
  /** Among the reasons of decisions. */
  readonly rules?: readonly string[] | undefined;
  /** All records of the call that this decision began, or took up after an approval. */
  readonly decisionId?: string | undefined;
  /** Part of a text or number in the record, without regard to case. */
  readonly text?: string | undefined;
}

export interface RecordQuery {
  readonly filter: RecordFilter;
  readonly group?: Attribute | undefined;
  /** Spans of the timeline, at most. */
  readonly spans: number;
  /** Ends the query: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where a search for text ends early. Default: 10,000 records, 3,000 ms. */
  readonly limits?: TextLimits;
}

/** What a query found. */
export interface QueryResult {
  /** Sequence numbers of the records, newest first. */
  readonly seqs: Uint32Array;
  /** Records that were there to be found. */
  readonly size: number;
  /** False where a search for text ended early: older records may be missing. */
  readonly isWhole: boolean;
  /** That of the newest record first, 1,000 at most. Records without the attribute have key ''. */
  readonly groups: readonly Group[];
  readonly timeline: Timeline;
}

/**
 * Finds, groups and counts records.
 *
 * @throws LedgerError as `LedgerIndex.snapshot`, also where the last file was sealed since.
 */
export async function queryRecords(
  snapshot: IndexSnapshot,
  { filter, group, spans, signal, limits }: RecordQuery,
): Promise<QueryResult> {
  const tally = new Tally(snapshot.size, group);
  const pace = new Pace(signal);
  const search =
    filter.text === undefined || filter.text === ''
      ? undefined
      : searchText(filter.text, { read: snapshot.read, pace, limits });
  const { decisionId } = filter;
  const call = decisionId === undefined ? undefined : await callKeys(snapshot, decisionId);
  const matches = matcherOf(filter, call);
  for (const segment of [...snapshot.segments].reverse()) {
    const columns = await segment.columns();
    signal?.throwIfAborted();
    const positions = matches(columns);
    const found = search ? await search.in(segment, columns, positions) : positions;
    tally.add(columns, found);
    if (search?.isOver) break;
    await pace.rest();
  }
  return {
    size: snapshot.size,
    isWhole: search?.isOver !== true,
    ...tally.result(spans),
  };
}

/** Positions of the records in their segment that a filter leaves, ascending; all if undefined. */
export type Positions = Uint32Array | undefined;

type Matcher = (columns: Columns) => Positions;

const LISTS = [
  ['type', 'types'],
  ['verdict', 'verdicts'],
  ['status', 'statuses'],
  ['agent', 'agents'],
  ['human', 'humans'],
  ['tool', 'tools'],
  ['task', 'tasks'],
] as const satisfies readonly (readonly [Attribute, keyof RecordFilter])[];

/** A test of one column: clears the mask where it fails. */
type Test = (columns: Columns, mask: Uint8Array) => void;

function matcherOf(filter: RecordFilter, call: ReadonlySet<number> | undefined): Matcher {
  const tests = testsOf(filter);
  if (call) tests.push(callTest(call));
  if (tests.length === 0) return () => undefined;
  return (columns) => {
    const mask = new Uint8Array(columns.count).fill(1);
    for (const test of tests) test(columns, mask);
    return positionsOf(mask);
  };
}

function testsOf(filter: RecordFilter): Test[] {
  const tests: Test[] = [];
  const { since = -Infinity, until = Infinity, rules } = filter;
  if (since > -Infinity || until < Infinity) tests.push(timeTest(since, until));
  for (const [attribute, list] of LISTS) {
    const wanted = filter[list];
    if (wanted) tests.push(wordTest(attribute, anyOf(new Set(wanted))));
  }
  if (rules) {
    const isRule = anyOf(new Set(rules));
    tests.push(wordTest('rules', (word) => rulesOf(word).some(isRule)));
  }
  return tests;
}

function anyOf(wanted: ReadonlySet<string>): (word: string) => boolean {
  return (word) => wanted.has(word);
}

function timeTest(since: number, until: number): Test {
  return ({ times }, mask) => {
    for (let at = 0; at < mask.length; at++) {
      const time = times[at] ?? 0;
      if (time < since || time >= until) mask[at] = 0;
    }
  };
}

function callTest(keys: ReadonlySet<number>): Test {
  return ({ calls }, mask) => {
    for (let at = 0; at < mask.length; at++) if (!keys.has(calls[at] ?? 0)) mask[at] = 0;
  };
}

/** Keys of the decisions of one call: one that asked for an approval, and those after it. */
async function callKeys(snapshot: IndexSnapshot, decisionId: string): Promise<ReadonlySet<number>> {
  const own = callKey(decisionId);
  const keys = new Set([own]);
  let first: number | undefined;
  await eachDecision(snapshot, (key, seq, origin) => {
    if (key === own) first = seq - origin;
  });
  await eachDecision(snapshot, (key, seq, origin) => {
    if (seq - origin === first) keys.add(key);
  });
  return keys;
}

async function eachDecision(
  { segments }: IndexSnapshot,
  visit: (key: number, seq: number, origin: number) => void,
): Promise<void> {
  for (const segment of segments) {
    const { first, count, calls, origins, codes } = await segment.columns();
    for (let at = 0; at < count; at++) {
      if (codes.verdict[at] !== 0) visit(calls[at] ?? 0, first + at, origins[at] ?? 0);
    }
  }
}

function wordTest(attribute: Attribute, isWanted: (word: string) => boolean): Test {
  return ({ codes, dictionaries }, mask) => {
    const allowed = allowedCodes(dictionaries[attribute], isWanted);
    intersect(mask, codes[attribute], allowed);
  };
}

function allowedCodes(dictionary: Dictionary, isWanted: (word: string) => boolean): Uint8Array {
  const allowed = new Uint8Array(dictionary.size + 1);
  const { words } = dictionary;
  for (let n = 0; n < dictionary.size; n++) if (isWanted(words[n] ?? '')) allowed[n + 1] = 1;
  return allowed;
}

function intersect(mask: Uint8Array, codes: Codes, allowed: Uint8Array): void {
  for (let at = 0; at < mask.length; at++) {
    if (allowed[codes[at] ?? 0] !== 1) mask[at] = 0;
  }
}

function positionsOf(mask: Uint8Array): Uint32Array {
  const positions = new Uint32Array(mask.length);
  let count = 0;
  for (let at = 0; at < mask.length; at++) if (mask[at] === 1) positions[count++] = at;
  return positions.subarray(0, count);
}
