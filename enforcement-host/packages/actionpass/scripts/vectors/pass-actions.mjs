import {
  ACTION,
  V0,
  actionHash,
  claimsV0,
  payloadHash,
  withActor,
  withCapability,
} from './scene.mjs';

/** RFC 8785 at its edges: the order of names by UTF-16, numbers, escapes, no normalisation. */
const AWKWARD = withCapability({
  payload: {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    1: 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
    text: 'caf\u00e9 "quoted" \\ / \u2028 \u001f',
    numbers: [0, -1, 0.1, 1e21, 1e-7, 123456789012, 333333333.3333333],
    nested: { b: [], a: {}, c: [null, true, false, { y: 1, x: 2 }] },
  },
});

/** Whether it is for exactly this action. */
export function passActionCases({ issue }) {
  return [...sameActionCases(issue), ...otherActionCases(), ...otherClaimsCases(issue)];
}

function sameActionCases(issue) {
  const { context, capability, intent, actor, id } = ACTION;
  const { payload, ...rest } = capability;
  const turned = Object.fromEntries(Object.entries(payload).reverse());
  return [
    {
      name: 'valid/members-in-another-order',
      comment: 'Digests are over the canonical form (RFC 8785): order says nothing.',
      action: { context, capability: { payload: turned, ...rest }, intent, actor, id },
      expect: 'valid',
    },
    {
      name: 'valid/canonical-form',
      comment: 'Names sorted by UTF-16 code units, ECMAScript numbers, minimal escapes.',
      token: issue(claimsV0(AWKWARD)),
      action: AWKWARD,
      expect: 'valid',
    },
    ...['human', 'policy_override'].map((mode) => ({
      name: `valid/approval-${mode.replace('_', '-')}`,
      comment: 'Carries the approval of this very action and payload.',
      token: issue({ ...V0, approval: approval({ mode }) }),
      expect: 'valid',
    })),
  ];
}

function approval(changes) {
  return {
    id: 'apr_01',
    mode: 'human',
    approved_by: 'user:reviewer@example.com',
    approved_at: '2026-03-01T09:59:00.000Z',
    action_hash: actionHash(ACTION),
    payload_hash: payloadHash(ACTION),
    ...changes,
  };
}

function otherActionCases() {
  const { payload, constraints } = ACTION.capability;
  const others = {
    id: { ...ACTION, id: 'act_02' },
    agent: withActor({ agent: 'agent:other' }),
    human: withActor({ human: 'user:other@example.com' }),
    tenant: withActor({ tenant: 'org:other' }),
    runtime: withActor({ runtime: 'other' }),
    task: { ...ACTION, intent: { ...ACTION.intent, task: 'AXT-419' } },
    summary: { ...ACTION, intent: { ...ACTION.intent, summary: 'Another' } },
    tool: withCapability({ tool: 'github.pull_requests.merge' }),
    resource: withCapability({ resource: 'repo:example/web-app2' }),
    'payload-text': withCapability({ payload: { ...payload, title: `${payload.title} ` } }),
    'payload-type': withCapability({ payload: { ...payload, draft: 'false' } }),
    'payload-member': withCapability({ payload: { ...payload, body: '' } }),
    constraints: withCapability({ constraints: { ...constraints, maxFilesChanged: 13 } }),
    context: { ...ACTION, context: { source: 'hook' } },
    'unknown-member': { ...ACTION, approved: true },
  };
  return [
    ...Object.entries(others).map(([what, action]) => ({
      name: `action/${what}`,
      comment: 'The action is not exactly that of the pass.',
      action,
      expect: 'PASS_ACTION_MISMATCH',
    })),
    {
      name: 'action/no-action',
      comment: 'What is no action is not the action of any pass.',
      action: {},
      expect: 'PASS_ACTION_MISMATCH',
    },
  ];
}

function otherClaimsCases(issue) {
  const composed = withCapability({ payload: { title: 'caf\u00e9' } });
  const decomposed = withCapability({ payload: { title: 'cafe\u0301' } });
  const other = withCapability({ payload: { title: 'Another' } });
  return [
    {
      name: 'action/unicode-normalisation',
      comment: 'The same letters by other code points are another payload.',
      token: issue(claimsV0(composed)),
      action: decomposed,
      expect: 'PASS_ACTION_MISMATCH',
    },
    {
      name: 'action/claim-differs-from-hash',
      comment: 'The digests are right; the resource that the pass states is not.',
      token: issue({ ...V0, resource: 'repo:example/other' }),
      expect: 'PASS_ACTION_MISMATCH',
    },
    {
      name: 'action/payload-hash-of-another',
      comment: 'Everything but the digest of the payload is right.',
      token: issue({ ...V0, payload_hash: payloadHash(other) }),
      expect: 'PASS_ACTION_MISMATCH',
    },
    {
      name: 'action/approval-of-another-action',
      comment: 'The approval that the pass carries is for another action.',
      token: issue({ ...V0, approval: approval({ action_hash: actionHash(other) }) }),
      expect: 'PASS_ACTION_MISMATCH',
    },
    {
      name: 'action/approval-of-another-payload',
      comment: 'The approval that the pass carries is for another payload.',
      token: issue({ ...V0, approval: approval({ payload_hash: payloadHash(other) }) }),
      expect: 'PASS_ACTION_MISMATCH',
    },
  ];
}
