import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { parseStrictJson, type JsonObject } from '@axtary/core';

/** Where a value stands: in the human's request, only in a tool's output, or in neither. */
export type Provenance = 'P' | 'O' | 'N';

/** One recorded call, as a line of a `*_calls.jsonl` file has it. */
export interface RecordedCall {
  readonly src: string;
  readonly suite: string;
  readonly model: string;
  readonly task: string;
  readonly order: number;
  readonly tool: string;
  readonly args: JsonObject;
  readonly prov?: Readonly<Record<string, Provenance>>;
  readonly err?: unknown;
  readonly kind?: string | null;
  readonly injection?: string | null;
  readonly attack?: string | null;
  readonly attack_success?: boolean | null;
}

/** The calls of one model at one task, in their order. */
export interface Run {
  readonly src: string;
  readonly suite: string;
  readonly task: string;
  readonly isAttacked: boolean;
  /** The recording says that the attack reached its goal. */
  readonly isBreached: boolean;
  readonly calls: readonly RecordedCall[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly params?: readonly { readonly name: string; readonly required?: boolean }[];
}

export interface SolvingCall {
  readonly tool: string;
  readonly args: JsonObject;
}

/** What an administrator would know. */
export interface Administrated {
  readonly org_domain: string;
  readonly org_emails: readonly string[];
  readonly known_payees?: readonly string[];
}

type BySuite<Value> = Readonly<Record<string, Value>>;
type BySuiteAndTask<Value> = BySuite<Readonly<Record<string, Value>>>;

export interface Corpus {
  readonly tools: BySuite<readonly ToolDefinition[]>;
  readonly tasks: BySuiteAndTask<{ readonly prompt: string }>;
  readonly context: BySuite<Administrated>;
  /** Calls that solve a task, by version of the suite; `null` where nobody wrote them down. */
  readonly solutions: BySuiteAndTask<
    Readonly<Record<string, { readonly calls: readonly SolvingCall[] | null }>>
  >;
  readonly runs: readonly Run[];
}

/**
 * Reads a folder of recorded calls: its four JSON files, and every `*_calls.jsonl` and
 * `*_calls.jsonl.gz`, beside those named one by one.
 *
 * @throws Error where a file is missing or is not what its name says.
 */
export function readCorpus(folder: string, more: readonly string[] = []): Corpus {
  const own = readdirSync(folder).filter((name) => /_calls\.jsonl(?:\.gz)?$/.test(name));
  const files = [...own.toSorted().map((name) => path.join(folder, name)), ...more];
  const read = (name: string) => parseStrictJson(readFileSync(path.join(folder, name)));
  return {
    tools: read('tools.json') as unknown as Corpus['tools'],
    tasks: read('user_tasks.json') as unknown as Corpus['tasks'],
    context: read('context.json') as unknown as Corpus['context'],
    solutions: read('user_task_ground_truth.json') as unknown as Corpus['solutions'],
    runs: runsOf(files.flatMap(readCalls)),
  };
}

function readCalls(file: string): readonly RecordedCall[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as RecordedCall);
}

function runsOf(calls: readonly RecordedCall[]): readonly Run[] {
  const runs = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const { src, suite, model, task, kind, injection, attack } = call;
    const name = JSON.stringify([src, suite, model, task, kind, injection, attack]);
    const run = runs.get(name) ?? [];
    run.push(call);
    runs.set(name, run);
  }
  return [...runs.values()].flatMap((recorded) => {
    const calls = recorded.toSorted((a, b) => a.order - b.order);
    const [first] = calls;
    if (first === undefined) return [];
    const { src, suite, task } = first;
    const isBreached = calls.some((call) => call.attack_success === true);
    return [{ src, suite, task, isAttacked: isAttacked(first), isBreached, calls }];
  });
}

function isAttacked({ kind, injection, attack }: RecordedCall): boolean {
  const isNamed = [injection, attack].some((name) => name !== undefined && name !== null);
  return isNamed || (kind !== undefined && kind !== null && kind !== 'benign');
}
