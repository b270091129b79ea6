import { sha256 } from '@axtary/core/digest';
import fc from 'fast-check';

import type { RecordContent } from '../../src/record/records.js';
import { call, decision, HASH, outcome } from '../support.js';

export interface CallOptions {
  readonly id: string;
  /** What is decided, the id by default. */
  readonly action?: string;
  readonly verdict?: 'allow' | 'deny' | 'step_up';
  readonly agent?: string;
  readonly human?: string;
  readonly tool?: string;
  readonly task?: string;
  readonly summary?: string;
  readonly rules?: readonly string[];
}

/** A decision about an action. */
export function decided(options: CallOptions): RecordContent {
  const { id, verdict = 'allow', rules = ['r1'] } = options;
  const { body } = decision(`dec_${id}`, verdict);
  return {
    type: 'decision',
    body: {
      ...body,
      actionHash: sha256(options.action ?? id),
      reasons: rules.map((rule) => ({ rule, effect: verdict, message: `because of ${rule}` })),
      action: {
        id: 'act_1',
        actor: {
          agent: `agent:${options.agent ?? 'a'}`,
          human: `user:${options.human ?? 'h'}`,
          tenant: 'org:t',
          runtime: 'test',
        },
        intent: { task: options.task ?? 'task-1', summary: options.summary ?? 'do it' },
        capability: { tool: options.tool ?? 'slack.post', resource: 'slack:C1', constraints: {} },
        context: { source: 'mcp' },
      },
    },
  };
}

/** The records of a whole call. */
export function wholeCall(options: CallOptions): readonly RecordContent[] {
  const [, ...rest] = call(options.id);
  return [decided(options), ...rest];
}

export const genesis: RecordContent = { type: 'genesis', body: { software: 'test' } };

// Few of each, and some that JSON, UTF-8 or an object would trip over.
const word = fc.constantFrom('a', 'b', 'ä"\\', '__proto__', '\u2028\u{1F600}', 'toString');
const verdict = fc.constantFrom('allow' as const, 'deny' as const, 'step_up' as const);
const options = fc.record({
  id: fc.nat({ max: 30 }).map((n) => `${n}`),
  verdict,
  agent: word,
  human: word,
  tool: word,
  task: word,
  summary: fc.string({ unit: 'grapheme', maxLength: 12 }),
  rules: fc.array(word, { maxLength: 3 }),
});

/** A person's yes. */
export const approved = (decisionId: string): RecordContent => ({
  type: 'approval',
  body: {
    decisionId,
    artifact: {
      version: 1,
      id: 'apr_1',
      mode: 'human',
      actionHash: HASH,
      payloadHash: HASH,
      approvedBy: 'ann',
      reason: '',
      approvedAt: '2026-01-02T03:04:05.678Z',
    },
  },
});

const denied = (decisionId: string): RecordContent => ({
  type: 'approval',
  body: { decisionId, denied: { by: 'ann', reason: 'Über "all"\n' } },
});

/** An outcome that nobody knows. */
export const unknown = (intentId: string): RecordContent => ({
  type: 'outcome',
  body: { intentId, status: 'unknown', error: { code: 'E', message: 'silent' } },
});

export const reconciled = (intentId: string): RecordContent => ({
  type: 'reconciliation',
  body: { intentId, outcome: 'executed', by: 'bob', reason: 'looked' },
});

const other: RecordContent = {
  type: 'policy_change',
  body: { workspace: '/w', policyHash: HASH, trustedBy: 'ann' },
};

/** Any records, of calls that cross and break off. Ids are used once, as the host uses them. */
export const anyContents = fc
  .array(
    fc.tuple(
      options,
      fc.constantFrom('whole', 'approved', 'denied', 'unknown', 'reconciled', 'other', 'malformed'),
    ),
    { maxLength: 25 },
  )
  .map((calls) => calls.map(([call, kind], n) => partsOf({ ...call, id: `${n}` }, kind)))
  .chain((calls) => fc.integer({ min: 0, max: 5 }).map((step) => interleaved(calls, step)));

function partsOf(call: CallOptions, kind: string): readonly RecordContent[] {
  const [first, pass, intent] = wholeCall(call);
  if (!first || !pass || !intent) return [];
  const { id } = call;
  switch (kind) {
    case 'approved': {
      const again = wholeCall({ ...call, id: `${id}b`, action: id, verdict: 'allow' });
      return [decided({ ...call, verdict: 'step_up' }), approved(`dec_${id}`), ...again];
    }
    case 'denied':
      return [first, denied(`dec_${id}`)];
    case 'unknown':
      return [first, pass, intent, unknown(`int_${id}`)];
    case 'reconciled':
      return [first, pass, intent, unknown(`int_${id}`), reconciled(`int_${id}`)];
    case 'malformed':
      return [decision(`dec_${id}`, 'deny'), outcome('int_of_nothing')];
    case 'other':
      return [other];
    default:
      return wholeCall(call);
  }
}

/** Mixes calls, each in its own order. */
function interleaved(
  calls: readonly (readonly RecordContent[])[],
  step: number,
): readonly RecordContent[] {
  const waiting = calls.map((parts) => [...parts]).filter((parts) => parts.length > 0);
  const mixed: RecordContent[] = [genesis];
  for (let n = 0; waiting.length > 0; n += step) {
    const at = n % waiting.length;
    const part = waiting[at]?.shift();
    if (part) mixed.push(part);
    if (waiting[at]?.length === 0) waiting.splice(at, 1);
  }
  return mixed;
}
