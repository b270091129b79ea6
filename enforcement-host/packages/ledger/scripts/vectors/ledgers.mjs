import { sha256, vectorKey } from '../../../actionpass/scripts/vectors/jose.mjs';

import { Forger } from './forger.mjs';

export const KEYS = {
  first: vectorKey('ledger, first epoch'),
  second: vectorKey('ledger, second epoch'),
  third: vectorKey('ledger, third epoch'),
  stranger: vectorKey('ledger, stranger'),
};
export const HASH = sha256('the action');
export const OTHER_HASH = sha256('another action');
export const PAYLOAD_HASH = sha256('the payload');

const NOW = '2026-01-02T03:04:05.678Z';

export function decision(id, verdict = 'allow', changes = {}) {
  return {
    decisionId: id,
    verdict,
    reasons: [{ rule: 'r1', effect: verdict, message: 'a rule said so' }],
    obligations: {},
    facts: { now: NOW, approvals: [] },
    policyHash: HASH,
    actionHash: HASH,
    payloadHash: PAYLOAD_HASH,
    ...changes,
  };
}

export const ACTION = {
  id: 'act_1',
  actor: {
    agent: 'agent:codex',
    human: 'user:ada@example.com',
    tenant: 'org:example',
    runtime: 'codex-cli',
  },
  intent: { task: 'AXT-1', summary: 'tell the channel: "done" \u2713 \u{1f600}' },
  capability: { tool: 'slack.post', resource: 'slack:channel/C1', constraints: { max: 1 } },
  context: { source: 'sdk' },
};

export function pass(jti, decisionId, changes = {}) {
  return {
    jti,
    decisionId,
    actionHash: HASH,
    payloadHash: PAYLOAD_HASH,
    expiresAt: '2026-01-02T03:09:05.678Z',
    ...changes,
  };
}

export function intent([intentId, jti, decisionId], changes = {}) {
  return {
    intentId,
    decisionId,
    jti,
    tool: 'slack.post',
    resource: 'slack:channel/C1',
    actionHash: HASH,
    payloadHash: PAYLOAD_HASH,
    ...changes,
  };
}

export function outcome(intentId, status = 'executed') {
  return { intentId, status, resultHash: HASH, resultLength: 2 };
}

/** Genesis, then one call in records 1 to 4. */
export function call(notary, label = 'a') {
  return new Forger(notary, KEYS.first, label)
    .genesis()
    .add('decision', decision('dec_1', 'allow', { action: ACTION }))
    .add('pass', pass('pass_1', 'dec_1'))
    .add('intent', intent(['int_1', 'pass_1', 'dec_1']))
    .add('outcome', outcome('int_1'));
}

/** As `call`, signed by the checkpoint in record 5. */
export function signedCall(notary, label) {
  return call(notary, label).checkpoint();
}

/** Genesis, and what is to be wrong in record 1 and after it; then a checkpoint. */
export function after(notary, ...contents) {
  const ledger = new Forger(notary, KEYS.first).genesis();
  for (const [type, body, changes] of contents) ledger.add(type, body, changes);
  return ledger.checkpoint();
}

/** Every type of record, under two keys. Record 6 is a checkpoint, record 7 the second key. */
export function everything(notary) {
  const expected = { log: `log_${'b'.repeat(22)}`, size: 9, head: HASH };
  const denied = { by: 'user:bob@example.com', reason: 'not on a Friday' };
  return new Forger(notary, KEYS.first)
    .genesis()
    .add('gap', { reason: 'missing', expected, acceptedBy: 'user:ada@example.com' })
    .add('recovery', { droppedBytes: 7, droppedHash: HASH })
    .add('key', {
      purpose: 'approver',
      kid: KEYS.stranger.kid,
      jwk: KEYS.stranger.jwk,
      name: 'Ada',
      enrolledBy: 'first',
    })
    .add('policy_change', { workspace: '/home/ada/shop', policyHash: HASH, trustedBy: 'ada' })
    .add('tool_pinned', {
      server: 'files',
      tool: 'write',
      serverIdentity: HASH,
      definitionHash: HASH,
    })
    .checkpoint()
    .keyEpoch(KEYS.second)
    .add('decision', decision('dec_0', 'step_up'))
    .add('approval', { decisionId: 'dec_0', denied })
    .add('decision', decision('dec_1', 'allow', { action: ACTION }))
    .add('pass', pass('pass_1', 'dec_1'))
    .add('intent', intent(['int_1', 'pass_1', 'dec_1']))
    .add('outcome', outcome('int_1', 'unknown'))
    .add('reconciliation', { intentId: 'int_1', outcome: 'executed', by: 'ada', reason: 'seen' })
    .add('revocation', {
      id: 'rev_1',
      kind: 'pass',
      value: 'pass_1',
      by: 'ada',
      reason: 'lost',
      at: NOW,
    })
    .add(
      'clock_anomaly',
      { kind: 'backwards', before: '2026-01-02T03:04:20.678Z', byMs: 2000 },
      { ts: '2026-01-02T03:04:18.678Z' },
    )
    .checkpoint();
}
