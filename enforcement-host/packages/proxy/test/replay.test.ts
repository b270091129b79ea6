import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { policyHash } from '@axtary/actionpass';
import { sha256 } from '@axtary/core/digest';
import type { DecisionBody, LedgerRecord, RecordOf } from '@axtary/ledger';
import { codingAgentPolicy } from '@axtary/policy';

import { replayDecision, replayDecisions, type Replayed } from '../src/index.js';
import { denyAll } from './support.js';
import { limited, unlessLead, withVariedDecisions, type Varied } from './varied-decisions.js';

const NO_POLICY = `sha256:${'0'.repeat(64)}` as const;

async function replayAll({ records, sources }: Varied): Promise<ReadonlyMap<number, Replayed>> {
  const all = new Map<number, Replayed>();
  for await (const { seq, ...replayed } of replayDecisions(from(records), sources)) {
    all.set(seq, replayed);
  }
  return all;
}

function from(records: Iterable<LedgerRecord>): AsyncIterable<LedgerRecord> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = records[Symbol.iterator]();
      return { next: () => Promise.resolve(iterator.next()) };
    },
  };
}

function found<T>(list: readonly T[], is: (one: T) => boolean): T {
  const one = list.find(is);
  assert.ok(one !== undefined);
  return one;
}

function without(body: DecisionBody, name: keyof DecisionBody): DecisionBody {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name)) as DecisionBody;
}

describe('replaying decisions', function () {
  this.timeout(60_000);

  it('recomputes every decision of a ledger bit for bit, and tells those that no policy made', () =>
    withVariedDecisions(async (varied) => {
      const replayed = await replayAll(varied);
      const { decisions } = varied;
      assert.deepEqual(
        [...replayed.keys()],
        decisions.map(({ seq }) => seq),
      );
      const undecided: RecordOf<'decision'>[] = [];
      for (const decision of decisions) {
        const result = replayed.get(decision.seq);
        if (result?.outcome === 'cannot') undecided.push(decision);
        else assert.deepEqual(result, { outcome: 'same' });
      }
      assert.ok(decisions.length - undecided.length >= 500, `${decisions.length}`);
      const refusals = new Set(undecided.map(({ body }) => body.reasons[0]?.rule));
      assert.deepEqual(refusals, new Set(['malformed', 'tenant-mismatch', 'delegation-budget']));
      assertVaried(decisions.map(({ body }) => body));
    }, 700));

  /** Every kind of decision is among them, so that what was found says something. */
  function assertVaried(bodies: readonly DecisionBody[]): void {
    const kinds: Readonly<Record<string, (body: DecisionBody) => boolean>> = {
      allowed: ({ verdict }) => verdict === 'allow',
      denied: ({ verdict }) => verdict === 'deny',
      asked: ({ verdict }) => verdict === 'step_up',
      approved: ({ facts, verdict }) => facts.approvals.length > 0 && verdict === 'allow',
      'over a rate': ({ reasons }) => reasons.some(({ obligation }) => obligation === 'rates'),
      'over a budget': ({ reasons }) => reasons.some(({ obligation }) => obligation === 'budgets'),
      metered: ({ usage }) => usage !== undefined,
      shadowed: ({ shadow }) => shadow !== undefined,
      'delegated, allowed': ({ chain, verdict }) => chain !== undefined && verdict === 'allow',
      'delegated, denied for who delegates': ({ chain, reasons }) =>
        chain !== undefined && reasons.some(({ rule }) => rule === 'not-lead'),
    };
    for (const [kind, is] of Object.entries(kinds)) assert.ok(bodies.some(is), kind);
    assert.equal(new Set(bodies.map((body) => body.policyHash)).size, 7);
  }

  it('finds a verdict, reason, fact, usage or policy that is another', () =>
    withVariedDecisions(async ({ decisions, sources }) => {
      const bodies = decisions.map(({ body }) => body);
      const of = (is: (body: DecisionBody) => boolean): DecisionBody => found(bodies, is);
      const few = of(
        ({ verdict, policyHash: hash }) => verdict === 'allow' && hash === policyHash(limited),
      );
      const over = of(({ reasons }) => reasons.some(({ obligation }) => obligation === 'rates'));
      const approved = of(
        ({ facts, verdict }) => facts.approvals.length > 0 && verdict === 'allow',
      );
      const byLead = of(({ reasons }) => reasons.some(({ rule }) => rule === 'not-lead'));
      const tenant = of(({ reasons }) => reasons[0]?.rule === 'tenant-mismatch');
      const malformed = of((body) => body.malformed !== undefined);
      const overspent = of(({ reasons }) => reasons[0]?.rule === 'delegation-budget');
      const counts = (facts: DecisionBody['facts'], count: number) => ({
        ...facts,
        usage: Object.fromEntries(Object.keys(facts.usage ?? {}).map((meter) => [meter, count])),
      });
      const changed: readonly DecisionBody[] = [
        { ...few, verdict: 'deny' },
        { ...few, reasons: [{ rule: 'few', effect: 'allow', message: 'because' }] },
        { ...few, obligations: { passTtlSeconds: 1 } },
        { ...few, facts: counts(few.facts, 1000) },
        without(few, 'usage'),
        without(few, 'shadow'),
        { ...few, policyHash: policyHash(denyAll) },
        { ...few, policyHash: NO_POLICY },
        { ...over, facts: counts(over.facts, 0) },
        { ...approved, facts: { ...approved.facts, approvals: [] } },
        without(byLead, 'chain'),
        { ...byLead, chain: (byLead.chain ?? []).map((link) => ({ ...link, agent: 'agent:x' })) },
        { ...tenant, verdict: 'allow' },
        { ...tenant, reasons: [{ rule: 'fine', effect: 'deny', message: '' }] },
        { ...tenant, obligations: { passTtlSeconds: 1 } },
        { ...malformed, verdict: 'step_up' },
        without(overspent, 'chain'),
        { ...overspent, policyHash: policyHash(denyAll) },
        without(few, 'action'),
      ];
      for (const [index, body] of changed.entries()) {
        assert.equal((await replayDecision(body, sources)).outcome, 'differs', `${index}`);
      }
    }));

  it('cannot recompute what was forgotten, and only that', () =>
    withVariedDecisions(async (varied) => {
      const { decisions, payloads } = varied;
      const { seq, body } = found(decisions, ({ body: { verdict } }) => verdict === 'step_up');
      assert.ok(body.payloadHash);
      await payloads.forget(body.payloadHash);
      const replayed = await replayAll(varied);
      assert.deepEqual(replayed.get(seq), { outcome: 'cannot', missing: 'payload' });
      for (const { seq: other, body: of } of decisions) {
        const { outcome } = replayed.get(other) ?? {};
        if (of.payloadHash !== body.payloadHash && of.policyHash !== NO_POLICY) {
          assert.ok(outcome === 'same' || of.reasons[0]?.rule === 'delegation-budget', `${other}`);
        }
      }
    }));

  it('takes no policy for the one that is named unless it is', () =>
    withVariedDecisions(async (varied) => {
      const hash = policyHash(limited);
      await writeFile(
        path.join(varied.policies, `${hash.slice(7)}.yml`),
        limited.text.replace('20', '21'),
      );
      const replayed = await replayAll(varied);
      for (const { seq, body } of varied.decisions) {
        if (body.policyHash !== hash) continue;
        assert.deepEqual(replayed.get(seq), { outcome: 'cannot', missing: 'policy' });
      }
    }));

  it('accuses nobody where a preset was another one then', () =>
    withVariedDecisions(async ({ decisions, sources, policies }) => {
      const hash = policyHash(codingAgentPolicy);
      const { body } = found(
        decisions,
        (one) => one.body.policyHash === hash && one.body.verdict === 'allow',
      );
      const changed: DecisionBody = { ...body, verdict: 'deny' };
      assert.equal((await replayDecision(changed, sources)).outcome, 'differs');
      await writeFile(path.join(policies, `${hash.slice(7)}.given`), `${sha256('another')}\n`);
      const cannot = { outcome: 'cannot', missing: 'policy' };
      assert.deepEqual(await replayDecision(changed, sources), cannot);
      assert.deepEqual(await replayDecision(body, sources), { outcome: 'same' });
      // A policy that names no preset is never another one.
      const { body: own } = found(
        decisions,
        (one) => one.body.policyHash === policyHash(unlessLead),
      );
      const other: DecisionBody = { ...own, obligations: { passTtlSeconds: 1 } };
      assert.equal((await replayDecision(other, sources)).outcome, 'differs');
    }));

  it('goes through 100,000 decisions one at a time, and stops when it is told to', () =>
    withVariedDecisions(async ({ decisions, sources }) => {
      const payloads = new Map<string, Awaited<ReturnType<typeof sources.payload>>>();
      for (const { body } of decisions) {
        const hash = body.payloadHash;
        if (hash !== undefined) payloads.set(hash, await sources.payload(hash));
      }
      let read = 0;
      function* many(): Generator<LedgerRecord> {
        while (read < 100_000) {
          for (const decision of decisions.slice(0, 100_000 - read)) {
            read++;
            yield decision;
          }
        }
      }
      const policies = new Map<string, ReturnType<typeof sources.policy>>();
      const inMemory = {
        payload: (hash: string) => Promise.resolve(payloads.get(hash)),
        policy: (hash: `sha256:${string}`) => {
          const policy = policies.get(hash) ?? sources.policy(hash);
          policies.set(hash, policy);
          return policy;
        },
      };
      let done = 0;
      for await (const { outcome } of replayDecisions(from(many()), inMemory)) {
        assert.notEqual(outcome, 'differs');
        done++;
        assert.ok(read - done <= 1);
      }
      assert.equal(done, 100_000);
      read = done = 0;
      const stop = new AbortController();
      const stopped = async (): Promise<void> => {
        for await (const { seq } of replayDecisions(from(many()), inMemory, stop.signal)) {
          if (++done === 1000) stop.abort(new Error(`stopped at ${seq}`));
        }
      };
      await assert.rejects(stopped(), /stopped at/);
      assert.equal(done, 1000);
    }));
});
