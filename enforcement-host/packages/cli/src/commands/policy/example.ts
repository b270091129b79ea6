import { isJsonObject, type Action, type JsonObject, type JsonValue } from '@axtary/core';
import {
  explainDecision,
  readShortAction,
  type FieldTest,
  type NormalRule,
  type NormalTest,
  type Policy,
} from '@axtary/policy';

/**
 * An action, in its short form, for which a rule holds. Made by guessing and then checked by the
 * policy itself: `undefined` where the guess is wrong, as for a rule about times.
 */
export function exampleOf(rule: NormalRule, policy: Policy): JsonObject | undefined {
  const guess = new Guess();
  for (const test of [...rule.match, ...rule.when]) guess.make(test, true);
  const example = guess.action;
  const action = tryRead(example);
  if (action === undefined) return undefined;
  const traces = explainDecision(action, policy).rules;
  const trace = traces.find((each) => each.rule === rule.id);
  return trace === undefined || trace.outcome === 'not-held' ? undefined : example;
}

function tryRead(example: JsonObject): Action | undefined {
  try {
    return readShortAction(example);
  } catch {
    return undefined;
  }
}

const LISTS: ReadonlySet<string> = new Set(['context.paths', 'payload.filesChanged']);

const NO_HASH = `sha256:${'0'.repeat(64)}`;
/** Parts of an action that are whole or not there. */
const WHOLES: readonly (readonly [string, JsonObject])[] = [
  ['context.evidence.tests', { passed: true, source: 'example' }],
  [
    'context.mcp',
    {
      server: 'example',
      serverIdentity: NO_HASH,
      protocolVersion: '2025-11-25',
      definitionHash: NO_HASH,
    },
  ],
];

class Guess {
  readonly #fields = new Map<string, JsonValue>([
    ['tool', 'example.tool'],
    ['resource', 'example'],
  ]);

  get action(): JsonObject {
    const action: Record<string, JsonValue> = {};
    const names = [...this.#fields.keys()];
    const wholes = WHOLES.filter(([part]) => names.some((name) => name.startsWith(`${part}.`)));
    for (const [field, value] of [...wholes, ...this.#fields]) {
      setIn(action, field.split('.'), value);
    }
    return action;
  }

  /** Makes a test hold, or not hold. */
  make(test: NormalTest, isTrue: boolean): void {
    switch (test.op) {
      case 'all':
      case 'any': {
        const needsEvery = (test.op === 'all') === isTrue;
        const [first] = test.tests;
        if (needsEvery) for (const each of test.tests) this.make(each, isTrue);
        else if (first !== undefined) this.make(first, isTrue);
        return;
      }
      case 'not':
        this.make(test.test, !isTrue);
        return;
      case 'window':
      case 'usage':
        return;
      default:
        if (isTrue) this.#fulfil(test);
        else this.#break(test);
    }
  }

  #fulfil(test: FieldTest): void {
    const { field } = test;
    if (test.op === 'present') this.#set(field, this.#fields.get(nameOf(field)) ?? 'example');
    else if (test.op === 'is') this.#set(field, test.scalars[0] ?? 'example');
    else if (test.op === 'has') this.#set(field, [...test.scalars]);
    else if (test.op === 'matches') this.#set(field, textOn(test.globs[0] ?? ''));
    else if (test.op === 'sizeAtMost') this.#set(field, []);
    else if ('number' in test) this.#set(field, test.number);
    else if ('other' in test) this.#setBoth(test, 1, 1);
    else {
      this.#set(field, 'example');
      this.#set('intent.request', 'do it with example');
    }
  }

  // An absent field makes every test false; only bounds are about a value that is there.
  #break(test: FieldTest): void {
    const { field } = test;
    if (test.op === 'atMost') this.#set(field, test.number + 1);
    else if (test.op === 'atLeast') this.#set(field, test.number - 1);
    else if (test.op === 'sizeAtMost') this.#set(field, sized(field, test.number + 1));
    else if (test.op === 'sizeAtMostOther') this.#setBoth(test, sized(field, 2), 1);
    else if ('other' in test) this.#setBoth(test, 2, 1);
    else if (test.op === 'stated') this.#set(field, 'example');
  }

  #setBoth({ field, other }: { field: string; other: string }, a: JsonValue, b: JsonValue): void {
    const isText = field !== other && !Array.isArray(a) && a === b;
    this.#set(field, isText ? 'example' : a);
    this.#set(other, isText ? 'example' : b);
  }

  #set(field: string, value: JsonValue): void {
    const isList = LISTS.has(field) && !Array.isArray(value);
    this.#fields.set(nameOf(field), isList ? [value] : value);
  }
}

// The short form has the parts of the capability at its top.
function nameOf(field: string): string {
  return field.replace(/^capability\./, '');
}

/** As many elements, or characters, as there can be in an example. */
function sized(field: string, size: number): JsonValue {
  const length = Math.min(size, 10_000);
  return LISTS.has(field)
    ? Array.from({ length }, (_, at) => `example-${at + 1}`)
    : 'x'.repeat(length);
}

/** A text that a glob matches. */
function textOn(glob: string): string {
  return glob.replaceAll('**/', '').replaceAll(/\*+/g, 'example');
}

function setIn(
  target: Record<string, JsonValue>,
  [name = '', ...rest]: readonly string[],
  value: JsonValue,
): void {
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const next = isJsonObject(inner) ? { ...inner } : {};
  setIn(next, rest, value);
  target[name] = next;
}
