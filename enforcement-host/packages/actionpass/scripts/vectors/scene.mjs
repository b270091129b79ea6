import { canonicalize, changed, jwks, sha256, vectorKey } from './jose.mjs';

/** What every case is about, where it says nothing else. */
export const ISSUER = 'https://axtary.example';
/** 2026-03-01T10:00:00Z */
export const NOW = 1_772_359_200;
export const AUDIENCE = 'https://tools.example';

export const issuerKey = vectorKey('issuer');
export const nextIssuerKey = vectorKey('next issuer');
export const holderKey = vectorKey('holder');
export const strangerKey = vectorKey('stranger');
export const KEYS = jwks(issuerKey);

export const ACTION = {
  id: 'act_01',
  actor: {
    agent: 'agent:codex-prod',
    human: 'user:dev@example.com',
    tenant: 'org:example',
    runtime: 'codex-cli',
  },
  intent: { task: 'AXT-418', summary: 'Open a pull request for AXT-418' },
  capability: {
    tool: 'github.pull_requests.create',
    resource: 'repo:example/web-app',
    payload: { title: 'Round invoice totals once', base: 'main', head: 'axt-418', draft: false },
    constraints: { baseBranch: 'main', maxFilesChanged: 12 },
  },
  context: { source: 'mcp' },
};

export function actionHash(action) {
  return sha256(canonicalize(action));
}

export function payloadHash(action) {
  return sha256(canonicalize(action.capability.payload));
}

export function withCapability(changes) {
  return { ...ACTION, capability: { ...ACTION.capability, ...changes } };
}

export function withActor(changes) {
  return { ...ACTION, actor: { ...ACTION.actor, ...changes } };
}

/** Claims of a pass of version 0 for an action. */
export function claimsV0(action = ACTION) {
  const { actor, intent, capability } = action;
  return {
    ver: 0,
    iss: ISSUER,
    sub: actor.agent,
    jti: 'ap_01',
    iat: NOW,
    exp: NOW + 600,
    human: actor.human,
    tenant: actor.tenant,
    runtime: actor.runtime,
    task: intent.task,
    tool: capability.tool,
    resource: capability.resource,
    constraints: capability.constraints,
    payload_hash: payloadHash(action),
    action_hash: actionHash(action),
    policy_hash: sha256('version: 1\n'),
    decision_id: 'dec_01',
  };
}

export const V0 = claimsV0();
export const V1 = { ...V0, ver: 1, cnf: { jkt: holderKey.kid } };

/** Signs as the issuer does, unless told otherwise. Header and claims may be texts, of any form. */
export function createIssuer(notary, typ) {
  const honest = { alg: 'ES256', kid: issuerKey.kid, typ };
  return function issue(claims, { header = {}, key = issuerKey } = {}) {
    const headerText = typeof header === 'string' ? header : canonicalize(changed(honest, header));
    return notary.sign(key, headerText, typeof claims === 'string' ? claims : canonicalize(claims));
  };
}

/** A revocation record that nobody signed: the verifier has it from a store that it trusts. */
export function revocation(kind, value) {
  return {
    version: 1,
    id: 'rev_01',
    kind,
    value,
    reason: 'the laptop was lost',
    by: 'user:admin@example.com',
    at: '2026-03-01T10:00:00.000Z',
  };
}

/** Adds what is the same in most cases; a case says what differs, undefined for nothing. */
export function casesWith(common, cases) {
  return cases.map(({ name, comment, expect, ...fields }) => ({
    name,
    comment,
    ...changed(common, fields),
    expect,
  }));
}
