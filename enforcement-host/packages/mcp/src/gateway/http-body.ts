import { codeOf, messageOf, parseStrictJson, type JsonValue } from '@axtary/core';
import { isJsonContentType } from '@modelcontextprotocol/sdk/shared/mediaType.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';

import { watchStream, type StreamEnd } from '../stream.js';

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** A JSON-RPC error as a whole HTTP answer. */
export function errorResponse(
  status: number,
  error: { readonly code: number; readonly message: string },
  id: string | number | null = null,
): Response {
  return Response.json({ jsonrpc: '2.0', error, id }, { status });
}

/**
 * Reads a JSON-RPC body: at most 4 MiB, counted before anything is parsed, and then as strict JSON,
 * so that what is decided on is what every other reader would have read.
 */
export async function readBody(
  request: Request,
): Promise<{ readonly message: JsonValue } | { readonly refusal: Response }> {
  if (!isJsonContentType(request.headers.get('content-type'))) {
    return { refusal: refusal(415, 'expected Content-Type: application/json') };
  }
  const bytes = await readBytes(request);
  if (!bytes) return { refusal: refusal(413, `the body is larger than ${MAX_BODY_BYTES} bytes`) };
  try {
    return { message: parseStrictJson(bytes) };
  } catch (error) {
    const message = `Axtary could not read this message: ${messageOf(error)} (${codeOf(error)})`;
    return { refusal: errorResponse(400, { code: ErrorCode.ParseError, message }) };
  }
}

function refusal(status: number, message: string): Response {
  return errorResponse(status, { code: ErrorCode.InvalidRequest, message });
}

async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > MAX_BODY_BYTES) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > MAX_BODY_BYTES) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

/** Calls `end` once: when the body was read to its end, or given up before that. */
export function observeBody(
  response: Response,
  { signal, end }: { readonly signal: AbortSignal; readonly end: (how: StreamEnd) => void },
): Response {
  if (!response.body) {
    end('read');
    return response;
  }
  // Some servers tell of a client that hung up by the signal only, and read the body no further.
  const onAbort = (): void => {
    over('given up');
  };
  let isOver = false;
  const over = (how: StreamEnd): void => {
    signal.removeEventListener('abort', onAbort);
    if (isOver) return;
    isOver = true;
    end(how);
  };
  const body = watchStream(response.body, over);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return new Response(body, response);
}
