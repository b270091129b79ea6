import {
  isJsonObject,
  parseTraceparent,
  type Action,
  type JsonObject,
  type JsonValue,
} from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

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
  const { params = null } = message;
  if (!isJsonObject(params)) return message;
  const { _meta: meta = {} } = params;
  if (!isJsonObject(meta) || 'traceparent' in traceOf(meta)) return message;
  return { ...message, params: { ...params, _meta: { ...meta, traceparent: header } } };
}

/**
 * The `_meta` with which a call goes on to its server, where its caller is traced: the same trace
 * and flags, and as its span the first 16 hex digits of the SHA-256 of the action's id, by which
 * the server's own traces are joined with the ledger.
 */
export function metaForServer({ id, context }: Action): { readonly _meta?: JsonObject } {
  const trace = parseTraceparent(context.traceparent);
  if (!trace) return {};
  const spanId = sha256(id).slice('sha256:'.length, 'sha256:'.length + 16);
  const flags = context.traceparent?.slice(53, 55) ?? '00';
  return { _meta: { traceparent: `00-${trace.traceId}-${spanId}-${flags}` } };
}
