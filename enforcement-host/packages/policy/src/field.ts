import { actionSchema, isJsonObject, type Action } from '@axtary/core';

import { nearest } from './nearest.js';

// A field names a place in the action:
//
//   field = root 1*( "." name )
//   root  = "actor" / "intent" / "capability" / "payload" / "constraints" / "context" / "lists"
//   name  = 1 to 128 characters other than "." and white space
//
// `payload` and `constraints` stand for `capability.payload` and `capability.constraints`. `lists`
// are those of the policy document; conditions are written out with them before anything is read.

/** Stands for a value behind something that is present but is not an object. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

/** The value of a field: `undefined` where absent or null, `UNREADABLE` where the way there is blocked. */
export type FieldReader = (action: Action) => unknown;

const MAX_NAMES = 16;
const NAME = /^[^.\s]{1,128}$/;
const HOLDERS: ReadonlyMap<string, (action: Action) => unknown> = new Map([
  ['actor', (action: Action): unknown => action.actor],
  ['intent', (action: Action): unknown => action.intent],
  ['capability', (action: Action): unknown => action.capability],
  ['payload', (action: Action): unknown => action.capability.payload],
  ['constraints', (action: Action): unknown => action.capability.constraints],
  ['context', (action: Action): unknown => action.context],
]);
// What `match` asks, of every action: always there, and read without looking.
const DIRECT: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['capability.tool', (action) => action.capability.tool],
  ['capability.resource', (action) => action.capability.resource],
  ['actor.agent', (action) => action.actor.agent],
  ['actor.human', (action) => action.actor.human],
  ['actor.tenant', (action) => action.actor.tenant],
  ['actor.runtime', (action) => action.actor.runtime],
]);
const { actor, intent, capability, context } = actionSchema.shape;
const SHAPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['actor', Object.keys(actor.shape)],
  ['intent', Object.keys(intent.shape)],
  ['capability', Object.keys(capability.shape)],
  ['context', Object.keys(context.shape)],
  ['context.mcp', Object.keys(context.shape.mcp.unwrap().shape)],
  ['context.evidence', Object.keys(context.shape.evidence.unwrap().shape)],
]);
const ROOTS = [...HOLDERS.keys(), 'lists'];
const PATH_FIELDS: ReadonlySet<string> = new Set([
  'context.paths',
  'payload.filesChanged',
  'capability.payload.filesChanged',
]);

/** Why a text names no field of an action; `undefined` where it does. */
export function fieldProblem(field: string): string | undefined {
  const names = field.split('.');
  const [root = ''] = names;
  if (!ROOTS.includes(root)) return unknownName(root, ROOTS);
  if (names.length < 2) return `expected a name below "${root}", as in "${root}.…"`;
  if (names.length > MAX_NAMES) return `expected at most ${MAX_NAMES} names in a field`;
  if (!names.every((part) => NAME.test(part))) return 'expected names without spaces between dots';
  return shapeProblem(names);
}

/** Compiles a field that `fieldProblem` accepts. Reads own properties only. */
export function compileField(field: string): FieldReader {
  const direct = DIRECT.get(field);
  if (direct !== undefined) return direct;
  const [root = '', first = '', ...others] = field.split('.');
  const holder = HOLDERS.get(root);
  if (holder === undefined) throw new TypeError('expected a field of an action');
  if (others.length === 0) return (action) => ownValue(holder(action), first);
  return (action) => {
    let value = ownValue(holder(action), first);
    for (const name of others) {
      if (value === undefined || value === UNREADABLE) return value;
      value = ownValue(value, name);
    }
    return value;
  };
}

/** The names that may follow a field: of a part of the action whose shape is known. */
export function knownNames(field: string): readonly string[] | undefined {
  return field === '' ? ROOTS : SHAPES.get(field);
}

/** True where the field holds file paths, which only one spelling may reach a rule with. */
export function holdsPaths(field: string): boolean {
  return PATH_FIELDS.has(field);
}

/** True for the action's resource, which likewise has one spelling. */
export function isResource(field: string): boolean {
  return field === 'capability.resource';
}

function ownValue(holder: unknown, name: string): unknown {
  if (!isJsonObject(holder)) return UNREADABLE;
  const value = holder[name];
  // A null says as much as nothing at all.
  return value === null || !Object.hasOwn(holder, name) ? undefined : value;
}

// A misspelt name under a known shape would be absent for ever, and its rule silent.
function shapeProblem(names: readonly string[]): string | undefined {
  for (let depth = 1; depth < names.length; depth++) {
    const known = SHAPES.get(names.slice(0, depth).join('.'));
    const part = names[depth] ?? '';
    if (known !== undefined && !known.includes(part)) return unknownName(part, known);
  }
  return undefined;
}

function unknownName(got: string, known: readonly string[]): string {
  const near = nearest(got, known);
  const hint = near === undefined ? `one of ${known.join(', ')}` : `"${near}"`;
  return `unknown name ${JSON.stringify(got.slice(0, 64))} in a field: expected ${hint}`;
}
