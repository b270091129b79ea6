import type { Action, Pin } from './action.js';
import type { JsonObject, JsonValue } from './json/value.js';

/** How far a long call has come, as an upstream reports it. */
export interface HandlerProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** One permitted call. `payload` is read anew from the canonical bytes that were authorised. */
export interface HandlerCall {
  readonly tool: string;
  readonly resource: string;
  readonly payload: JsonObject;
  readonly action: Action;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: HandlerProgress) => void;
}

/**
 * Executes permitted calls of one tool. Called at most once per pass, after decision, pass and
 * intent are durable. Must stop when `signal` aborts. A rejection means: it may have happened.
 */
export type Handler = (call: HandlerCall) => Promise<JsonValue>;

/** Handlers by tool name. A tool without one is never executed. */
export type Handlers = Readonly<Record<string, Handler>>;

/** Establishes the present digest of a pinned subject, just before execution. */
export type PinChecker = (pin: Pin, action: Action, signal: AbortSignal) => Promise<Pin['digest']>;
export type PinCheckers = Readonly<Partial<Record<Pin['kind'], PinChecker>>>;

/** What a call would change, for the reviewer. `undefined` text: the file does not exist. */
export interface FileChange {
  readonly path: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}
