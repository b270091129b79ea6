import assert from 'node:assert/strict';

import { policyHash } from '@axtary/actionpass';
import { parseStrictJson, type JsonObject } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import type { DecisionBody } from '@axtary/ledger';
import { codingAgentPolicy, createPolicy, type Policy } from '@axtary/policy';

import { replayDecision, type ReplaySources } from '../src/index.js';
import { allowedAction, approving, denyAll, onStage, stepUpAction, TOOL } from './support.js';

const limited = createPolicy({
  version: 1,
  preset: 'none',
  policies: [
    {
      id: 'few',
      effect: 'allow',
      match: { tool: TOOL },
      obligations: { rates: [{ max: 20, windowSeconds: 3600 }] },
    },
    { id: 'tried', effect: 'deny', shadow: true, match: { tool: TOOL } },
  ],
});
const asking = createPolicy({
  version: 1,
  preset: 'none',
  policies: [{ id: 'ask', effect: 'step_up', match: { tool: TOOL } }],
});
const POLICIES: readonly Policy[] = [codingAgentPolicy, limited, asking, denyAll];

/** 400 calls under four policies that take turns, and what their decisions are replayed from. */
async function withDecisions(
  use: (decisions: readonly DecisionBody[], sources: ReplaySources) => Promise<void>,
): Promise<void> {
  await onStage(async ({ runtime, records }) => {
    let turn = 0;
    const payloads = new Map<Sha256, JsonObject>();
    const proxy = runtime({
      policy: () => POLICIES[turn % POLICIES.length] ?? denyAll,
      payloads: {
        put(hash, bytes) {
          payloads.set(hash, parseStrictJson(bytes) as JsonObject);
          return Promise.resolve();
        },
      },
      approvalResolver: (request) =>
        turn % 3 === 0
          ? Promise.resolve({ denied: { by: 'user:ada', reason: 'no' } })
          : approving(request),
    });
    for (; turn < 400; turn++) {
      await proxy.handle(turn % 5 === 0 ? stepUpAction() : allowedAction());
    }
    const decisions = (await records()).flatMap((record) =>
      record.type === 'decision' ? [record.body] : [],
    );
    await use(decisions, {
      payload: (hash) => Promise.resolve(payloads.get(hash)),
      policy: (hash) => Promise.resolve(POLICIES.find((policy) => policyHash(policy) === hash)),
    });
  });
}

describe('replayDecision', () => {
  it('recomputes every decision of a ledger bit for bit', () =>
    withDecisions(async (decisions, sources) => {
      const verdicts = new Set<string>();
      for (const body of decisions) {
        assert.deepEqual(await replayDecision(body, sources), { outcome: 'same' });
        verdicts.add(body.verdict);
      }
      assert.ok(decisions.length >= 400);
      assert.deepEqual([...verdicts].sort(), ['allow', 'deny', 'step_up']);
      assert.ok(decisions.some(({ shadow }) => shadow !== undefined));
      assert.ok(decisions.some(({ facts }) => facts.approvals.length > 0));
    }));

  it('finds a verdict, a reason, a fact or a policy that is another', () =>
    withDecisions(async (decisions, sources) => {
      const allowed = decisions.find(
        ({ verdict, policyHash: hash }) => verdict === 'allow' && hash === policyHash(limited),
      );
      assert.ok(allowed);
      const changed: DecisionBody[] = [
        { ...allowed, verdict: 'deny' },
        { ...allowed, reasons: [{ rule: 'few', effect: 'allow', message: 'because' }] },
        { ...allowed, obligations: { passTtlSeconds: 1 } },
        { ...allowed, facts: { ...allowed.facts, usage: { ...exhausted(allowed) } } },
        { ...allowed, policyHash: policyHash(denyAll) },
        { ...allowed, reasons: [{ rule: 'revoked', effect: 'deny', message: 'no' }] },
      ];
      for (const body of changed) {
        assert.equal((await replayDecision(body, sources)).outcome, 'differs');
      }
    }));

  it('says why a decision cannot be recomputed', () =>
    withDecisions(async ([first], sources) => {
      assert.ok(first);
      const nothing = () => Promise.resolve(undefined);
      const without = { ...sources, payload: nothing };
      const cannot = (missing: string) => ({ outcome: 'cannot', missing });
      assert.deepEqual(await replayDecision(first, without), cannot('payload'));
      const unknown = { ...sources, policy: nothing };
      assert.deepEqual(await replayDecision(first, unknown), cannot('policy'));
      assert.deepEqual(await replayDecision(withoutAction(first), sources), cannot('undecided'));
    }));
});

function exhausted({ facts }: DecisionBody): Record<string, number> {
  return Object.fromEntries(Object.keys(facts.usage ?? {}).map((meter) => [meter, 1000]));
}

function withoutAction(body: DecisionBody): DecisionBody {
  const copy: { -readonly [K in keyof DecisionBody]: DecisionBody[K] } = { ...body };
  delete copy.action;
  return copy;
}
