import {
  DEFAULT_MAX_DEPTH,
  approvalFacts,
  createSigner,
  type KeyFinder,
  type RevocationCheck,
  type SigningKey,
} from '@axtary/actionpass';
import type { ApprovalResolver } from '@axtary/approvals';
import { Budgets } from '@axtary/budgets';
import {
  DEFAULT_JSON_LIMITS,
  parseAction,
  systemClock,
  type Clock,
  type Handlers,
  type JsonLimits,
  type PinCheckers,
} from '@axtary/core';
import type { Ledger } from '@axtary/ledger';
import { codingAgentPolicy } from '@axtary/policy';

import { handleAction, handleMalformed } from './handle.js';
import type {
  ApprovalVerifier,
  Dependencies,
  PayloadStore,
  PolicySource,
  SignerSource,
} from './pipeline/dependencies.js';
import { Stopwatch } from './pipeline/stopwatch.js';
import type { HandleOptions, HandleResult, ProxyRuntime } from './types.js';

export interface ProxyRuntimeOptions {
  /** `iss` of every pass. */
  readonly issuer: string;
  /** Actions of any other tenant are denied. */
  readonly tenant: string;
  readonly ledger: Ledger;
  /** By tool; a tool without a handler is never executed. */
  readonly handlers: Handlers;
  /** Default: the built-in `coding-agent` preset. */
  readonly policy?: PolicySource;
  /** Signs passes: a signer, or a private ES256 key. */
  readonly signingKey?: SigningKey;
  readonly signer?: SignerSource;
  /**
   * RFC 7638 thumbprint of the key by which this enforcement point presents its passes: they are of
   * version 1 then. Default: passes of version 0, unless the caller has proved a key.
   */
  readonly holder?: string;
  /** The keys that delegations are verified with. Default: no call under a delegation is executed. */
  readonly keyring?: KeyFinder;
  /** How many delegations may follow the first; at most 16, default 4. */
  readonly maxDelegationDepth?: number;
  /** Asked before every decision, and again before every execution. Default: nothing is revoked. */
  readonly revocations?: RevocationCheck;
  /** Execute without a signed pass. For dry runs and demonstrations only. */
  readonly allowUnsignedExecution?: boolean;
  readonly approvalResolver?: ApprovalResolver;
  /** Default: an artifact that binds to the action is believed, without roles. */
  readonly verifyApproval?: ApprovalVerifier;
  readonly pinCheckers?: PinCheckers;
  /**
   * Counts rates and budgets. Default: counts that begin at zero with this runtime; to go on after
   * a restart, restore the events that `budgetEventOf` reads from the ledger.
   */
  readonly budgets?: Budgets;
  /** Keeps each call's payload, so that past actions can be decided again. Default: none. */
  readonly payloads?: PayloadStore;
  /** Default 30,000. */
  readonly handlerTimeoutMs?: number;
  readonly passTtlSeconds?: number;
  readonly limits?: JsonLimits;
  readonly clock?: Clock;
}

/**
 * The policy enforcement point: parses, decides, has approved, issues a pass, records, executes
 * and records again, in that order. Whatever fails before the handler means "not executed".
 *
 * @throws TypeError without a signing key, unless `allowUnsignedExecution` is set.
 */
export function createProxyRuntime(options: ProxyRuntimeOptions): ProxyRuntime {
  const closing = new AbortController();
  const dependencies = dependenciesOf(options, closing.signal);
  const underWay = new Set<Promise<HandleResult>>();
  return {
    handle(input, handleOptions = {}) {
      const signal = closing.signal.aborted ? closing.signal : handleOptions.signal;
      const call = handle(input, { ...handleOptions, ...(signal && { signal }) }, dependencies);
      underWay.add(call);
      return call.finally(() => underWay.delete(call));
    },
    async close() {
      closing.abort();
      await Promise.allSettled(underWay);
    },
  };
}

async function handle(
  input: unknown,
  options: HandleOptions,
  dependencies: Dependencies,
): Promise<HandleResult> {
  const stopwatch = new Stopwatch();
  let parsed;
  try {
    parsed = stopwatch.time('parse', () => parseAction(input, dependencies.limits));
  } catch (error) {
    return handleMalformed(input, error, { dependencies, stopwatch });
  }
  return handleAction(parsed, options, { dependencies, stopwatch });
}

function dependenciesOf(options: ProxyRuntimeOptions, closing: AbortSignal): Dependencies {
  return {
    issuer: options.issuer,
    tenant: options.tenant,
    ledger: options.ledger,
    handlers: options.handlers,
    policy: options.policy ?? codingAgentPolicy,
    signer: signerOf(options),
    holder: options.holder,
    keyring: options.keyring,
    maxDelegationDepth: options.maxDelegationDepth ?? DEFAULT_MAX_DEPTH,
    revocations: options.revocations,
    approvalResolver: options.approvalResolver,
    verifyApproval: options.verifyApproval ?? believe,
    pinCheckers: options.pinCheckers ?? {},
    budgets: options.budgets ?? new Budgets(),
    payloads: options.payloads,
    handlerTimeoutMs: options.handlerTimeoutMs ?? 30_000,
    passTtlSeconds: options.passTtlSeconds,
    limits: options.limits ?? DEFAULT_JSON_LIMITS,
    clock: options.clock ?? systemClock,
    closing,
  };
}

function signerOf({
  signer,
  signingKey,
  allowUnsignedExecution,
}: ProxyRuntimeOptions): SignerSource | undefined {
  if (signer) return signer;
  if (signingKey) return createSigner(signingKey);
  if (allowUnsignedExecution === true) return undefined;
  throw new TypeError('a signingKey or signer is needed, unless allowUnsignedExecution is set');
}

const believe: ApprovalVerifier = (artifact) => {
  const [fact] = approvalFacts(artifact);
  return fact ? Promise.resolve(fact) : Promise.reject(new TypeError('no approval'));
};
