/** A JSON value as RFC 8259 and I-JSON (RFC 7493) allow it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Bounds on hostile JSON, checked while reading and while writing. */
export interface JsonLimits {
  /** Bytes of the whole text, or UTF-16 units where it is already decoded. */
  readonly maxLength: number;
  /** Nested arrays and objects. */
  readonly maxDepth: number;
  /** Members and elements in the whole text. */
  readonly maxNodes: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = {
  maxLength: 4 * 1024 * 1024,
  maxDepth: 128,
  maxNodes: 200_000,
};

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
