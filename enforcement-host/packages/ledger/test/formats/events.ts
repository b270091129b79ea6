import { LedgerEvents, type LedgerEvent, type LedgerRecord } from '../../src/index.js';
import { HASH } from '../support.js';

export const CONTEXT = { software: '1.2.3' };

const PLACE = {
  v: 1,
  log: 'log_AAAAAAAAAAAAAAAAAAAAAA',
  boot: 'boot_AAAAAAAAAAAAAAAAAAAAAA',
  prev: HASH,
  ts: '2026-01-02T03:04:05.678Z',
  mono: 1,
} as const;

/** The records of one executed call; `text` stands in every field that an agent can write. */
export function eventsWith(text: string): readonly LedgerEvent[] {
  const name = text.slice(0, 200) === '' ? 'x' : text.slice(0, 200);
  const bound = { decisionId: 'dec_1', actionHash: HASH, payloadHash: HASH };
  const records: LedgerRecord[] = [
    {
      ...PLACE,
      seq: 1,
      type: 'decision',
      body: {
        ...bound,
        verdict: 'allow',
        reasons: [{ rule: name, effect: 'allow', message: text }],
        obligations: {},
        facts: { now: PLACE.ts, approvals: [] },
        policyHash: HASH,
        trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
        action: {
          id: 'act_1',
          actor: { agent: `agent:${name}`, human: `user:${name}`, tenant: 'org:x', runtime: name },
          intent: { task: name, summary: text },
          capability: { tool: name, resource: name, constraints: {} },
          context: {
            source: 'mcp',
            mcp: {
              server: name,
              serverIdentity: HASH,
              protocolVersion: '2025-11-25',
              definitionHash: HASH,
            },
          },
        },
      },
    },
    {
      ...PLACE,
      seq: 2,
      type: 'intent',
      body: { ...bound, intentId: 'int_1', jti: 'ap_1', tool: name, resource: name },
    },
    {
      ...PLACE,
      seq: 3,
      type: 'outcome',
      body: { intentId: 'int_1', status: 'failed', error: { code: 'E', message: text } },
    },
    {
      ...PLACE,
      seq: 4,
      type: 'policy_change',
      body: { workspace: name, policyHash: HASH, trustedBy: name },
    },
  ];
  const events = new LedgerEvents();
  return records.map((record) => events.of(record));
}
