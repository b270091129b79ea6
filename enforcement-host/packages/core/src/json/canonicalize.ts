import { ActionError } from '../errors.js';
import { DEFAULT_JSON_LIMITS, type JsonLimits } from './value.js';

/**
 * Writes a value in the canonical form of RFC 8785 (JCS). Takes only what JSON can say: no
 * `undefined`, no functions, no class instances, no holes, no lone surrogates, no `NaN`.
 *
 * @throws ActionError `CANONICAL_UNREPRESENTABLE`, or `ACTION_TOO_LARGE` beyond the limits.
 */
export function canonicalize(value: unknown, limits: JsonLimits = DEFAULT_JSON_LIMITS): string {
  const budget = { nodes: limits.maxNodes, units: limits.maxLength, maxDepth: limits.maxDepth };
  const text = writeReadable(value, budget);
  if (text.length > limits.maxLength) throw tooLong();
  return text;
}

// Getters and proxies run code of whoever made the value, which may throw anything.
function writeReadable(value: unknown, budget: Budget): string {
  try {
    return write(value, 0, budget);
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    throw unrepresentable('a value that throws when it is read', cause);
  }
}

interface Budget {
  nodes: number;
  /** UTF-16 units of text that may still be written: one string can be in many places. */
  units: number;
  readonly maxDepth: number;
}

function write(value: unknown, depth: number, budget: Budget): string {
  if (--budget.nodes < 0) throw new ActionError('ACTION_TOO_LARGE', 'JSON has too many values');
  switch (typeof value) {
    case 'string':
      return writeString(value, budget);
    case 'number':
      if (!Number.isFinite(value)) throw unrepresentable(`the number ${value}`);
      return String(value === 0 ? 0 : value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : writeContainer(value, depth, budget);
    default:
      throw unrepresentable(`a value of type ${typeof value}`);
  }
}

function writeContainer(value: object, depth: number, budget: Budget): string {
  if (depth >= budget.maxDepth) {
    throw new ActionError('ACTION_TOO_LARGE', `JSON nests over ${budget.maxDepth} deep`);
  }
  return Array.isArray(value)
    ? writeArray(value, depth + 1, budget)
    : writeObject(value, depth + 1, budget);
}

function writeArray(elements: readonly unknown[], depth: number, budget: Budget): string {
  let text = '[';
  for (let index = 0; index < elements.length; index++) {
    if (index > 0) text += ',';
    text += write(elements[index], depth, budget);
  }
  return text + ']';
}

function writeObject(value: object, depth: number, budget: Budget): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isPlainPrototype(prototype)) throw unrepresentable('an instance of a class');
  const members = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const name of sortedNames(value)) {
    if (name === '__proto__') throw unrepresentable('a member named __proto__');
    const written = write(members[name], depth, budget);
    text += `${text.length > 1 ? ',' : ''}${writeString(name, budget)}:${written}`;
  }
  return text + '}';
}

/** RFC 8785 section 3.2.3: by UTF-16 code units, as `<` compares. Most objects are sorted already. */
function sortedNames(value: object): readonly string[] {
  const names = Object.keys(value);
  let previous = '';
  for (const name of names) {
    if (name < previous) return names.sort((a, b) => (a < b ? -1 : 1));
    previous = name;
  }
  return names;
}

// Object.prototype of another realm (a VM context, a worker's structured clone) is plain too.
function isPlainPrototype(prototype: unknown): boolean {
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype as object, 'isPrototypeOf'))
  );
}

// Characters that stand for themselves: not a quote, backslash, control character or surrogate.
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function writeString(value: string, budget: Budget): string {
  budget.units -= value.length;
  if (budget.units < 0) throw tooLong();
  if (PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw unrepresentable('a lone surrogate');
  return JSON.stringify(value);
}

function tooLong(): ActionError {
  return new ActionError('ACTION_TOO_LARGE', 'JSON is longer than allowed');
}

function unrepresentable(what: string, cause?: unknown): ActionError {
  const message = `JSON cannot represent ${what}`;
  return new ActionError('CANONICAL_UNREPRESENTABLE', message, { cause });
}
