import { isJsonObject, type JsonObject, type JsonValue } from '@axtary/core';

import { UpstreamError } from './errors.js';

/** A text member of a payload. @throws UpstreamError `UPSTREAM_REFUSED` where it is none. */
export function requireText(payload: JsonObject, name: string): string {
  const value = payload[name];
  if (typeof value === 'string') return value;
  throw new UpstreamError(
    'UPSTREAM_REFUSED',
    `expected a text as "${name}" in the payload, got ${kindOf(value)}`,
  );
}

/** As `requireText`, and `undefined` where the member is absent. */
export function optionalText(payload: JsonObject, name: string): string | undefined {
  return payload[name] === undefined ? undefined : requireText(payload, name);
}

function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return isJsonObject(value) ? 'an object' : `a ${typeof value}`;
}
