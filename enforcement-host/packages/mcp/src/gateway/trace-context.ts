import { isJsonObject, parseTraceparent, type JsonObject, type JsonValue } from '@axtary/core';

/** The `traceparent` of a call's `_meta`, where it is one. */
export function traceOf(meta: JsonObject | undefined): { readonly traceparent?: string } {
  const traceparent = meta?.['traceparent'];
  return typeof traceparent === 'string' && parseTraceparent(traceparent) ? { traceparent } : {};
}

/**
 * A message with the trace context that its HTTP request carried, for calls whose `_meta` names
 * none: what the message says itself is closer to the caller.
 */
export function withTrace(message: JsonValue, header: string | null): JsonValue {
  if (header === null || !parseTraceparent(header)) return message;
  if (Array.isArray(message)) {
    return (message as readonly JsonValue[]).map((part) => withTrace(part, header));
  }
  if (!isJsonObject(message) || message['method'] !== 'tools/call') return message;
  const { params } = message;
  if (!isJsonObject(params ?? null)) return message;
  const call = params as JsonObject;
  const meta = isJsonObject(call['_meta'] ?? null) ? (call['_meta'] as JsonObject) : {};
  if ('traceparent' in traceOf(meta)) return message;
  return { ...message, params: { ...call, _meta: { ...meta, traceparent: header } } };
}
