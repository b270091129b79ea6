/** Who called, in terms of W3C Trace Context: a trace, and the span in it that made the call. */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
}

// version "-" trace-id "-" parent-id "-" trace-flags; later versions may add more.
const TRACEPARENT =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-[0-9a-f]{2}(?<more>-.*)?$/;
const ZEROS = /^0+$/;

/**
 * Reads a `traceparent` (W3C Trace Context, section 3.2). `undefined` for anything that is none:
 * it comes from whoever calls, and a bad one must change nothing.
 */
export function parseTraceparent(text: unknown): TraceContext | undefined {
  if (typeof text !== 'string' || text.length > 128) return undefined;
  const fields = TRACEPARENT.exec(text)?.groups;
  if (!fields || fields['version'] === 'ff') return undefined;
  if (fields['version'] === '00' && fields['more'] !== undefined) return undefined;
  const { traceId = '', spanId = '' } = fields;
  return ZEROS.test(traceId) || ZEROS.test(spanId) ? undefined : { traceId, spanId };
}
