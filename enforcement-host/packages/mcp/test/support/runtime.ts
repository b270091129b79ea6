import {
  parseAction,
  type Action,
  type Handler,
  type JsonObject,
  type Pin,
  type PinChecker,
} from '@axtary/core';
import { actionHash, payloadHash } from '@axtary/core/digest';
import type { BlockCode, HandleOptions, HandleResult, ProxyRuntime } from '@axtary/proxy';

const timings = {
  parse: 0,
  policy: 0,
  approval: 0,
  actionPassIssuance: 0,
  ledgerAppend: 0,
  handlerExecution: 0,
  total: 0,
};

type Answer = { code: BlockCode; message: string; approvalId?: string } | 'execute';

/**
 * An honest runtime without policy, pass or ledger: it parses the action, asks `decide`, checks
 * the pins of tool definitions and calls the handler with the canonical payload.
 */
export class PassThroughRuntime implements Pick<ProxyRuntime, 'handle'> {
  readonly actions: Action[] = [];
  readonly options: HandleOptions[] = [];
  decide: (action: Action, options: HandleOptions) => Answer | Promise<Answer> = () => 'execute';
  readonly #handler: Handler;
  readonly #checker: PinChecker;

  constructor(handler: Handler, checker: PinChecker) {
    this.#handler = handler;
    this.#checker = checker;
  }

  async handle(input: unknown, options: HandleOptions = {}): Promise<HandleResult> {
    let parsed;
    try {
      parsed = parseAction(input);
    } catch (error) {
      return {
        status: 'malformed',
        error: { code: 'ACTION_MALFORMED', message: String(error) },
        timings,
      };
    }
    const { action } = parsed;
    this.actions.push(action);
    this.options.push(options);
    const bound = {
      actionHash: actionHash(parsed),
      payloadHash: payloadHash(parsed),
      decision: { decision: 'allow' as const, reasons: [], obligations: {} },
      timings,
    };
    const answer = await this.decide(action, options);
    if (options.signal?.aborted) {
      return { ...bound, status: 'blocked', code: 'CANCELLED', message: 'the caller stopped' };
    }
    if (answer !== 'execute') return { ...bound, status: 'blocked', ...answer };
    const signal = options.signal ?? new AbortController().signal;
    const changed = await this.#changedPin(action, signal);
    if (changed) {
      const message = `${changed.subject} changed`;
      return { ...bound, status: 'blocked', code: 'PIN_CHANGED', message };
    }
    const { tool, resource } = action.capability;
    const payload = JSON.parse(parsed.payloadText) as JsonObject;
    const progress = options.onProgress ? { onProgress: options.onProgress } : {};
    try {
      const result = await this.#handler({ tool, resource, payload, action, signal, ...progress });
      return { ...bound, status: 'executed', result };
    } catch (error) {
      const { code = 'INTERNAL', message } = error as Error & { code?: string };
      return { ...bound, status: 'failed', error: { code, message } };
    }
  }

  async #changedPin(action: Action, signal: AbortSignal): Promise<Pin | undefined> {
    for (const pin of action.context.pins ?? []) {
      if (pin.kind !== 'tool_definition') continue;
      const digest = await this.#checker(pin, action, signal).catch(String);
      if (digest !== pin.digest) return pin;
    }
    return undefined;
  }
}
