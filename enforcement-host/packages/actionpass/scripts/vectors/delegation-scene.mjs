import { sha256 } from './jose.mjs';
import { ACTION, AUDIENCE, ISSUER, NOW, holderKey, payloadHash } from './scene.mjs';

export const OTHER_HASH = sha256('{}');

/** The scope of the root: something on every axis. */
export const SCOPE = {
  tools: ['github.pull_requests.*', 'slack.*'],
  resources: ['repo:example/**'],
  payloads: [payloadHash(ACTION), OTHER_HASH],
  constraints: { baseBranch: 'main', maxFilesChanged: 20, blockedPaths: ['infra/**'] },
  budgets: [
    { id: 'spend', max: 1000, field: 'payload.amountMinor', currency: 'EUR' },
    { id: 'calls', max: 10 },
  ],
};

/** Claims of a root and of five delegations below it, each as wide as it may be. */
export function createChain() {
  const root = {
    ver: 1,
    iss: ISSUER,
    sub: 'agent:lead',
    aud: [AUDIENCE, 'https://mirror.example'],
    jti: 'dp_00',
    iat: NOW,
    exp: NOW + 3600,
    cnf: { jkt: holderKey.kid },
    human: ACTION.actor.human,
    tenant: ACTION.actor.tenant,
    runtime: ACTION.actor.runtime,
    task: ACTION.intent.task,
    scope: SCOPE,
    delegation: { root: 'dp_00', depth: 0, hops: 5 },
  };
  const below = [1, 2, 3, 4, 5].map((depth) => ({
    ...root,
    sub: ACTION.actor.agent,
    jti: `dp_0${depth}`,
    delegation: { root: 'dp_00', parent: `dp_0${depth - 1}`, depth, hops: 5 - depth },
  }));
  return [root, ...below];
}
