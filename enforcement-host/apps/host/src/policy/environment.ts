import { isJsonObject, type Action, type Clock, type JsonValue } from '@axtary/core';
import { pastActions } from '@axtary/ledger';
import type { PolicyEnvironment } from '@axtary/policy';

import type { Workspace } from '../workspace/workspace.js';

/** Actions that are looked at, fields of one tool, and values of one field. */
const MAX_ACTIONS = 300;
const MAX_FIELDS = 200;
const MAX_VALUES = 100;
const MAX_DEPTH = 4;
/** Milliseconds for which what was found is good enough. */
const FRESH_MS = 30_000;

interface Known {
  readonly environment: Promise<PolicyEnvironment>;
  readonly until: number;
}

/**
 * What an editor is told of a workspace beside the text: which fields and values the last actions
 * had. For suggestions only; nothing that is decided depends on it.
 */
export class Environments {
  readonly #clock: Clock;
  readonly #known = new WeakMap<Workspace, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async of(workspace: Workspace): Promise<PolicyEnvironment> {
    const past = await this.#ofPast(workspace);
    const { 'capability.tool': tools = [] } = past.values ?? {};
    return { ...past, tools: [...tools, ...workspace.listedTools()] };
  }

  #ofPast(workspace: Workspace): Promise<PolicyEnvironment> {
    const now = this.#clock.now().getTime();
    const known = this.#known.get(workspace);
    if (known && now < known.until) return known.environment;
    // A ledger that cannot be read is told elsewhere; suggestions are then fewer.
    const environment = gather(workspace).catch(() => ({}));
    this.#known.set(workspace, { environment, until: now + FRESH_MS });
    return environment;
  }
}

async function gather(workspace: Workspace): Promise<PolicyEnvironment> {
  const samples = new Bags(MAX_FIELDS);
  const values = new Bags(MAX_VALUES);
  const options = { last: MAX_ACTIONS };
  for await (const past of pastActions(
    workspace.evidence.file,
    workspace.evidence.payloads,
    options,
  )) {
    if ('missing' in past) continue;
    addFields(past.action, samples);
    addValues(past.action, values);
  }
  return { samples: samples.all(), values: values.all() };
}

function addFields({ capability }: Action, samples: Bags): void {
  const { tool, payload, constraints } = capability;
  for (const field of fieldsOf('payload', payload, MAX_DEPTH)) samples.add(tool, field);
  for (const field of fieldsOf('constraints', constraints, MAX_DEPTH)) samples.add(tool, field);
}

function fieldsOf(name: string, value: JsonValue, depth: number): readonly string[] {
  if (!isJsonObject(value) || depth === 0) return [name];
  return Object.entries(value).flatMap(([key, member]) =>
    fieldsOf(`${name}.${key}`, member, depth - 1),
  );
}

function addValues({ actor, intent, capability }: Action, values: Bags): void {
  for (const [name, value] of Object.entries(actor)) values.add(`actor.${name}`, value);
  values.add('intent.task', intent.task);
  values.add('capability.tool', capability.tool);
  values.add('capability.resource', capability.resource);
}

/** Distinct texts by name, a bounded number of each. */
class Bags {
  readonly #max: number;
  readonly #bags = new Map<string, Set<string>>();

  constructor(max: number) {
    this.#max = max;
  }

  add(name: string, text: string): void {
    const bag = this.#bags.get(name) ?? new Set();
    this.#bags.set(name, bag);
    if (bag.size < this.#max) bag.add(text);
  }

  all(): Record<string, readonly string[]> {
    return Object.fromEntries([...this.#bags].map(([name, bag]) => [name, [...bag]]));
  }
}
