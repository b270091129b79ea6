import {
  canonicalize,
  codeOf,
  isJsonObject,
  messageOf,
  type Handler,
  type JsonObject,
  type JsonValue,
} from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import type { HandleOptions } from '../types.js';
import { Block, cancelledBlock, orBlock } from './block.js';
import { createDeadline, type Deadline } from './deadline.js';
import type { PermittedAction } from './decide.js';
import type { Dependencies } from './dependencies.js';
import { freezeJson } from './freeze.js';
import type { IssuedPass } from './issue.js';
import type { RecordedIntent } from './record-intent.js';

/** How the one call of the handler ended. */
export type Execution =
  | { readonly status: 'executed'; readonly result: JsonValue; readonly resultText: string }
  | {
      readonly status: 'failed';
      readonly error: { readonly code: string; readonly message: string };
    }
  | { readonly status: 'blocked'; readonly block: Block };

/** The handler of an action's tool, looked up before anything is recorded for it. */
export function handlerOf({ parsed }: PermittedAction, { handlers }: Dependencies): Handler {
  const { tool } = parsed.action.capability;
  const handler = Object.hasOwn(handlers, tool) ? handlers[tool] : undefined;
  if (!handler) throw new Block('HANDLER_UNKNOWN', `nothing here executes ${tool}`);
  return handler;
}

/**
 * Executes a recorded intent, once: re-checks everything that was pinned, reads the payload anew
 * from the bytes that were authorised, and calls the handler within `handlerTimeoutMs`.
 */
export async function execute(
  intent: RecordedIntent,
  options: HandleOptions,
  dependencies: Dependencies,
): Promise<Execution> {
  const deadline = createDeadline(dependencies.handlerTimeoutMs, options.signal);
  try {
    return await executeWithin(deadline, intent.issued, { options, dependencies });
  } finally {
    deadline.clear();
  }
}

async function executeWithin(
  deadline: Deadline,
  issued: IssuedPass,
  tools: CallTools,
): Promise<Execution> {
  const { signal } = deadline;
  const { permitted } = issued;
  try {
    await untilAborted(signal, () => assertPinsHold(permitted, signal, tools.dependencies));
    await untilAborted(signal, () => assertNotRevoked(issued, tools.dependencies));
  } catch (error) {
    return { status: 'blocked', block: asBlock(error, tools.options.signal) };
  }
  try {
    const result = await untilAborted(signal, () => callHandler(permitted, signal, tools));
    return { status: 'executed', result, resultText: canonicalize(result, RESULT_LIMITS) };
  } catch (error) {
    return { status: 'failed', error: failure(error, deadline, tools) };
  }
}

/** A result is stored by digest only; this bounds the work of digesting it. */
const RESULT_LIMITS = { maxLength: 64 * 1024 * 1024, maxDepth: 512, maxNodes: 2_000_000 };

async function assertPinsHold(
  { parsed: { action } }: PermittedAction,
  signal: AbortSignal,
  { pinCheckers }: Dependencies,
): Promise<void> {
  const { pins = [] } = action.context;
  if (pins.length > 0) freezeJson(action);
  for (const pin of pins) {
    const check = pinCheckers[pin.kind];
    if (!check) throw new Block('PIN_CHANGED', `nothing here can check a pinned ${pin.kind}`);
    const digest = await check(pin, action, signal);
    if (digest !== pin.digest) {
      throw new Block(
        'PIN_CHANGED',
        `${pin.subject} has changed since this call was decided; ask again with what is there now`,
      );
    }
  }
}

/** A pass may be revoked until the last moment, and so may whatever it was issued under. */
async function assertNotRevoked(
  { pass, permitted: { delegation }, kid = '' }: IssuedPass,
  { revocations }: Dependencies,
): Promise<void> {
  if (!revocations || !pass) return;
  for (const claims of [...(delegation?.chain ?? []), pass.claims]) {
    const problem = await orBlock('REVOKED', 'what is revoked cannot be known', async () =>
      revocations.problem(claims, kid),
    );
    if (problem !== undefined) throw new Block('REVOKED', problem);
  }
}

function asBlock(error: unknown, cancelled: AbortSignal | undefined): Block {
  if (error instanceof Block) return error;
  if (cancelled?.aborted) return cancelledBlock();
  return new Block('PIN_CHANGED', `what was pinned could not be checked: ${messageOf(error)}`, {
    cause: error,
  });
}

interface CallTools {
  readonly options: HandleOptions;
  readonly dependencies: Dependencies;
}

function callHandler(
  permitted: PermittedAction,
  signal: AbortSignal,
  { options, dependencies }: CallTools,
): Promise<JsonValue> {
  const { action } = permitted.parsed;
  const { tool, resource } = action.capability;
  return handlerOf(
    permitted,
    dependencies,
  )({
    tool,
    resource,
    payload: authorisedPayload(permitted),
    action,
    signal,
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
}

/** The payload from its canonical bytes, checked against the digest that the pass is bound to. */
function authorisedPayload({ parsed, digests }: PermittedAction): JsonObject {
  if (sha256(parsed.payloadText) !== digests.payloadHash) {
    throw new TypeError('the payload is not the one that was authorised');
  }
  const payload: unknown = JSON.parse(parsed.payloadText);
  if (!isJsonObject(payload)) throw new TypeError('the payload is not an object');
  return payload;
}

/**
 * Settles with the run, or rejects as soon as the signal aborts: nothing that is called can stall
 * the host. What has aborted already is not run at all.
 */
function untilAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('the time was over'));
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    Promise.resolve()
      .then(run)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

function failure(
  error: unknown,
  { isOver }: Deadline,
  { options, dependencies: { handlerTimeoutMs } }: CallTools,
): { readonly code: string; readonly message: string } {
  if (options.signal?.aborted) {
    return { code: 'CANCELLED', message: 'the caller cancelled; it may have happened' };
  }
  if (isOver) {
    return {
      code: 'HANDLER_TIMEOUT',
      message: `no answer within ${handlerTimeoutMs} ms; it may have happened`,
    };
  }
  return { code: codeOf(error), message: messageOf(error) };
}
