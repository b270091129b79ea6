import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
  createKeyring,
  createSigner,
  delegate,
  issueDelegation,
  parsePublicKey,
  verifyDelegationChain,
} from '@axtary/actionpass';
import { Budgets } from '@axtary/budgets';
import type { Action } from '@axtary/core';
import { LocalPayloadStore, type LedgerRecord, type RecordOf } from '@axtary/ledger';
import {
  codingAgentPolicy,
  createPolicy,
  type Policy,
  type PolicyDocumentInput,
} from '@axtary/policy';

import { LocalPolicyArchive, type ReplaySources } from '../src/index.js';
import {
  allowedAction,
  approving,
  denyAll,
  onStage,
  privateKey,
  publicKey,
  stepUpAction,
  TOOL,
} from './support.js';

const ISSUER = 'https://axtary.test';
const JKT = 'A'.repeat(43);

const match = { tool: TOOL };

function policyOf(...policies: NonNullable<PolicyDocumentInput['policies']>): Policy {
  return createPolicy({ version: 1, preset: 'none', policies });
}

export const limited = policyOf(
  { id: 'few', effect: 'allow', match, obligations: { rates: [{ max: 20, windowSeconds: 3600 }] } },
  { id: 'tried', effect: 'deny', match, shadow: true },
);
const EUROS = { field: 'payload.cents', max: 800, windowSeconds: 86_400, currency: 'EUR' };
const spending = policyOf({
  id: 'spend',
  effect: 'allow',
  match,
  obligations: { budgets: [EUROS] },
});
const asking = policyOf({ id: 'ask', effect: 'step_up', match });
export const unlessLead = policyOf(
  { id: 'all', effect: 'allow', match },
  { id: 'not-lead', effect: 'deny', match: { ...match, agent: 'agent:lead' } },
);
const POLICIES = [codingAgentPolicy, limited, spending, asking, unlessLead, denyAll];

/** One ledger with every kind of decision, and what its decisions are recomputed from. */
export interface Varied {
  readonly records: readonly LedgerRecord[];
  readonly decisions: readonly RecordOf<'decision'>[];
  readonly payloads: LocalPayloadStore;
  readonly archive: LocalPolicyArchive;
  /** Where the archive lies. */
  readonly policies: string;
  readonly sources: ReplaySources;
}

/** Calls under six policies that take turns; afterwards their ledger must verify. */
export async function withVariedDecisions(
  use: (varied: Varied) => Promise<void>,
  calls = 250,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-replay-'));
  const payloads = new LocalPayloadStore(path.join(folder, 'payloads'));
  const policies = path.join(folder, 'policies');
  const archive = new LocalPolicyArchive(policies);
  for (const policy of POLICIES) await archive.put(policy);
  const sources = {
    payload: (hash) => payloads.get(hash),
    policy: (hash) => archive.get(hash),
  } satisfies ReplaySources;
  try {
    await onStage(async ({ runtime, records }) => {
      let turn = 0;
      const proxy = runtime({
        policy: () => POLICIES[turn % POLICIES.length] ?? denyAll,
        payloads,
        keyring: createKeyring([parsePublicKey(publicKey).jwk]),
        holder: JKT,
        budgets: new Budgets(),
        approvalResolver: (request) =>
          turn % 4 === 0
            ? Promise.resolve({ denied: { by: 'user:ada', reason: 'no' } })
            : approving(request),
      });
      const chain = await delegationChain();
      for (; turn < calls; turn++) {
        const delegation = turn % 5 === 0 ? { delegation: chain } : {};
        await proxy.handle(inputOf(turn), delegation);
      }
      // What waits to be written.
      await payloads.forget(`sha256:${'0'.repeat(64)}`);
      const all = await records();
      const decisions = all.filter((record) => record.type === 'decision');
      await use({ records: all, decisions, payloads, archive, policies, sources });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function inputOf(turn: number): unknown {
  if (turn % 23 === 0) return '{"not":"an action"';
  const action = turn % 4 === 1 ? stepUpAction() : allowedAction();
  const { actor, capability } = action;
  const payload = { ...capability.payload, cents: turn % 90, currency: 'EUR', turn };
  const tenant = turn % 29 === 0 ? 'org:other' : actor.tenant;
  return { ...action, actor: { ...actor, tenant }, capability: { ...capability, payload } };
}

/** From `agent:lead` to the agent of the sample, with a budget of some calls. */
async function delegationChain(): Promise<readonly string[]> {
  const signer = createSigner(privateKey);
  const { actor, intent }: Action = allowedAction();
  const { human, tenant, runtime } = actor;
  const root = await issueDelegation(signer, {
    issuer: ISSUER,
    agent: 'agent:lead',
    jkt: JKT,
    human,
    tenant,
    runtime,
    task: intent.task,
    scope: {
      tools: ['github.*.*'],
      resources: ['repo:example/**'],
      budgets: [{ id: 'calls', max: 10 }],
    },
    hops: 1,
  });
  const keyring = createKeyring([parsePublicKey(publicKey).jwk]);
  const parent = await verifyDelegationChain({ tokens: [root.token], keyring, issuer: ISSUER });
  const leaf = await delegate(signer, { parent, agent: actor.agent, jkt: JKT });
  return [root.token, leaf.token];
}
