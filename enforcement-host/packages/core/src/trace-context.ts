/** Who called, in terms of W3C Trace Context: a trace, and the span in it that made the call. */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
}

// version "-" trace-id "-" parent-id "-" trace-flags; later versions may add more.
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const ZEROS = /^0+$/;

/**
 * Reads a `traceparent` (W3C Trace Context, section 3.2). `undefined` for anything that is none:
 * it comes from whoever calls, and a bad one must change nothing.
 */
export function parseTraceparent(text: unknown): TraceContext | undefined {
  if (typeof text !== 'string' || text.length > 128) return undefined;
  const [, version = '', traceId = '', spanId = '', more] = TRACEPARENT.exec(text) ?? [];
  if (version === '' || version === 'ff' || (version === '00' && more !== undefined)) {
    return undefined;
  }
  return ZEROS.test(traceId) || ZEROS.test(spanId) ? undefined : { traceId, spanId };
}
