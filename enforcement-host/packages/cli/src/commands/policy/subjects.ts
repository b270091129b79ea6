import { createReadStream } from 'node:fs';
import path from 'node:path';

import { isJsonObject, messageOf, parseStrictJson, type Action } from '@axtary/core';
import { LocalPayloadStore, pastActions, type PastAction } from '@axtary/ledger';
import { readShortAction, type TestFacts } from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { CliError } from '../../errors.js';
import { readLines, TOO_LONG } from '../../mcp/lines.js';
import { readText } from '../../read-text.js';
import { readFacts } from './facts.js';

/** Where actions to decide come from. */
export type SubjectSource =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'stdin' }
  | ({ readonly kind: 'ledger'; readonly file: string } & LedgerRange);

/** Part of a ledger: sequence numbers, both inside, and at most so many decisions from its end. */
export interface LedgerRange {
  readonly from?: number;
  readonly to?: number;
  readonly last?: number;
}

/** Where a subject stands in its source. */
export interface SubjectPlace {
  readonly place: string;
  /** Line of a stream, from 1. */
  readonly line?: number;
  /** Sequence number in the ledger. */
  readonly seq?: number;
}

/** An action to decide, with the facts that come with it. */
export interface Subject {
  readonly at: SubjectPlace;
  readonly action: Action;
  readonly facts: TestFacts;
  /** What the ledger says that was decided. */
  readonly recorded?: Pick<PastAction, 'ts' | 'verdict' | 'rules'>;
}

/** Something that should have been an action. */
export interface NoSubject {
  readonly at: SubjectPlace;
  readonly problem: string;
  /** True where the ledger has the decision, and nobody the payload any more. */
  readonly isPayloadGone?: boolean;
}

const MAX_LINE_BYTES = 4 * 1024 * 1024;
const STREAMS = new Set(['.ndjson', '.jsonl']);

/**
 * Reads actions one at a time: a JSON file holds one, a stream (also a file that ends in `.ndjson`
 * or `.jsonl`) one for each line. Each is an action, or `{action, facts}`.
 *
 * @throws CliError `CLI_FILE_UNREADABLE`, LedgerError.
 */
export async function* readSubjects(
  source: SubjectSource,
  { cwd, stdin }: CliContext,
): AsyncGenerator<Subject | NoSubject> {
  if (source.kind === 'ledger') {
    yield* ledgerSubjects(source);
  } else if (source.kind === 'stdin') {
    yield* streamSubjects(stdin, 'line');
  } else if (STREAMS.has(path.extname(source.file).toLowerCase())) {
    yield* streamSubjects(openStream(path.resolve(cwd, source.file)), source.file);
  } else {
    yield readSubject(await readText(path.resolve(cwd, source.file), MAX_LINE_BYTES), {
      place: source.file,
    });
  }
}

async function* openStream(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (cause) {
    const message = `${file} cannot be read: ${messageOf(cause)}`;
    throw new CliError('CLI_FILE_UNREADABLE', message, { cause });
  }
}

async function* streamSubjects(
  stream: AsyncIterable<string | Uint8Array>,
  name: string,
): AsyncGenerator<Subject | NoSubject> {
  let line = 0;
  for await (const bytes of readLines(stream, MAX_LINE_BYTES)) {
    line++;
    const at = { place: name === 'line' ? `line ${line}` : `${name}:${line}`, line };
    if (bytes === TOO_LONG) {
      yield { at, problem: `the line is longer than ${MAX_LINE_BYTES} bytes` };
    } else if (!isBlank(bytes)) {
      yield readSubject(bytes, at);
    }
  }
}

const SPACE = new Set([0x20, 0x09, 0x0d]);

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => SPACE.has(byte));
}

function readSubject(input: string | Uint8Array, at: SubjectPlace): Subject | NoSubject {
  try {
    const value = parseStrictJson(input);
    if (!isJsonObject(value) || !Object.hasOwn(value, 'action')) {
      return { at, action: readShortAction(value), facts: {} };
    }
    const { action, facts = {}, ...rest } = value;
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw new TypeError('expected only "action" and "facts"');
    return { at, action: readShortAction(action), facts: readFacts(facts) };
  } catch (error) {
    return { at, problem: messageOf(error) };
  }
}

async function* ledgerSubjects({
  file,
  ...range
}: Extract<SubjectSource, { kind: 'ledger' }>): AsyncGenerator<Subject | NoSubject> {
  const payloads = new LocalPayloadStore(path.join(path.dirname(file), 'payloads'));
  const { from, to, last } = range;
  const options = {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(last !== undefined && { last }),
  };
  for await (const past of pastActions(file, payloads, options)) {
    const at = { place: `record ${past.seq}`, seq: past.seq };
    if ('missing' in past) {
      yield { at, problem: 'its payload is no longer kept', isPayloadGone: true };
    } else {
      const { action, facts, ts, verdict, rules } = past;
      yield { at, action, facts, recorded: { ts, verdict, rules } };
    }
  }
}

const RANGE = /^(\d{1,15})?(\.\.)?(\d{1,15})?$/;

/**
 * Reads `FROM..TO`, `FROM..`, `..TO` or one sequence number.
 *
 * @throws CliError `CLI_USAGE`.
 */
export function parseRange(text: string): LedgerRange {
  const [, from, dots, to] = RANGE.exec(text) ?? [];
  if (from === undefined && to === undefined) {
    const message = `${text} is no range of records: expected FROM..TO, FROM.., ..TO or a number`;
    throw new CliError('CLI_USAGE', message);
  }
  const end = dots === undefined ? from : to;
  return {
    ...(from !== undefined && { from: Number(from) }),
    ...(end !== undefined && { to: Number(end) }),
  };
}
