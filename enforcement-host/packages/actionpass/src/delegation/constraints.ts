import { canonicalize, type JsonObject, type JsonValue } from '@axtary/core';

/** A way in which the value of a constraint may differ from the one above without being wider. */
interface Direction {
  readonly name: RegExp;
  narrows(parent: JsonValue, child: JsonValue): boolean;
}

// A prefix ends where its word does: `minutes` is not a minimum.
const DIRECTIONS: readonly Direction[] = [
  { name: /^max(?!\p{Ll})/u, narrows: (parent, child) => isAtMost(child, parent) },
  { name: /^min(?!\p{Ll})/u, narrows: (parent, child) => isAtMost(parent, child) },
  { name: /^blocked(?!\p{Ll})/u, narrows: (parent, child) => isPart(parent, child) },
  {
    name: /^(?:allowed(?!\p{Ll})|channels$|recipients$)/u,
    // An empty list of what is allowed could be read as no limit.
    narrows: (parent, child) => isPart(child, parent) && !isEmpty(child),
  },
  {
    name: /^requires(?!\p{Ll})/u,
    narrows: (parent, child) => parent === false && child === true,
  },
];

/**
 * Why `child` does not keep every constraint of `parent`, for people; undefined where it does.
 *
 * Each constraint must be there and equal, or narrower by its name: a number `max…` lower, `min…`
 * higher, a list `blocked…` longer, `allowed…`, `channels` and `recipients` shorter but not empty,
 * `requires…` true. There may be more constraints.
 */
export function constraintsProblem(parent: JsonObject, child: JsonObject): string | undefined {
  for (const [name, limit] of Object.entries(parent)) {
    const value = Object.hasOwn(child, name) ? child[name] : undefined;
    if (value === undefined) return `${name} is missing`;
    if (!isKept(name, limit, value)) return `${name} is not kept`;
  }
  return undefined;
}

function isKept(name: string, parent: JsonValue, child: JsonValue): boolean {
  if (canonicalize(parent) === canonicalize(child)) return true;
  return DIRECTIONS.some((direction) => {
    return direction.name.test(name) && direction.narrows(parent, child);
  });
}

function isAtMost(low: JsonValue, high: JsonValue): boolean {
  return typeof low === 'number' && typeof high === 'number' && low <= high;
}

function isPart(part: JsonValue, whole: JsonValue): boolean {
  if (!isList(part) || !isList(whole)) return false;
  const elements = new Set(whole.map((element) => canonicalize(element)));
  return part.every((element) => elements.has(canonicalize(element)));
}

function isEmpty(value: JsonValue): boolean {
  return isList(value) && value.length === 0;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
