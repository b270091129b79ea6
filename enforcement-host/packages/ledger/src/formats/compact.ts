import { isJsonObject, type JsonObject, type JsonValue } from '@axtary/core';

/** JSON in which absent members are still written down. */
export interface Loose {
  readonly [name: string]: JsonValue | undefined | Loose | readonly Loose[];
}

/** Leaves out members that are absent, and objects that hold nothing. */
export function compact(value: Loose): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const whole = isLoose(member) ? compact(member) : wellFormed(member as JsonValue);
    if (!isJsonObject(whole) || Object.keys(whole).length > 0) kept[name] = whole;
  }
  return kept;
}

function isLoose(member: JsonValue | Loose | readonly Loose[]): member is Loose {
  return typeof member === 'object' && member !== null && !Array.isArray(member);
}

/** JSON readers disagree about lone surrogates, so there are none. */
function wellFormed(value: JsonValue): JsonValue {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
