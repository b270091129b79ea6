import assert from 'node:assert/strict';

import { canonicalize } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import { allowedAction, onStage, TOOL, type Scene } from './support.js';

const CANARY = 'q7CanaryZx93q7CanaryZx93';

async function outcomeOf({ records }: Scene) {
  const outcome = (await records()).find((record) => record.type === 'outcome');
  assert.ok(outcome);
  assert.ok(!JSON.stringify(outcome).includes(CANARY));
  return outcome.body;
}

describe('the outcome in the ledger', () => {
  it('has the beginning of the answer without its secrets, and the digest of all of it', () =>
    onStage(async (scene) => {
      const answer = { z: 'x'.repeat(5000), token: CANARY, note: `password=${CANARY}` };
      const handlers = { [TOOL]: () => Promise.resolve(answer) };
      const result = await scene.runtime({ handlers }).handle(allowedAction());
      // The agent gets what was answered.
      assert.ok(result.status === 'executed');
      assert.deepEqual(result.result, answer);
      const { result: kept, resultHash, resultLength, timings } = await outcomeOf(scene);
      assert.match(
        kept?.text ?? '',
        /^\{"note":"password=\[redacted\]","token":"\[redacted\]","z":"x+$/,
      );
      assert.deepEqual([kept?.text.length, kept?.truncated, kept?.redacted], [4096, true, 2]);
      const text = canonicalize(answer);
      assert.deepEqual([resultHash, resultLength], [sha256(text), text.length]);
      assert.ok((timings?.['handlerExecution'] ?? -1) >= 0);
    }));

  it('has no secret of a message either that tells why it failed', () =>
    onStage(async (scene) => {
      const said = new Error(`401 for https://ada:${CANARY}@example.com/ with api_key: ${CANARY}`);
      const handlers = { [TOOL]: () => Promise.reject(said) };
      await scene.runtime({ handlers }).handle(allowedAction());
      const { status, error } = await outcomeOf(scene);
      assert.equal(status, 'failed');
      assert.equal(
        error?.message,
        '401 for https://[redacted]@example.com/ with api_key: [redacted]',
      );
    }));

  it('has the trace of a caller that is one, and nothing of another', () =>
    onStage(async (scene) => {
      const proxy = scene.runtime();
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      for (const text of [traceparent, 'nonsense', `ff${traceparent.slice(2)}`]) {
        const { status } = await proxy.handle(
          allowedAction({ context: { source: 'sdk', traceparent: text } }),
        );
        assert.equal(status, 'executed');
      }
      const traces = (await scene.records()).flatMap((record) =>
        record.type === 'decision' ? [record.body.trace] : [],
      );
      const [, traceId = '', spanId = ''] = traceparent.split('-');
      assert.deepEqual(traces, [{ traceId, spanId }, undefined, undefined]);
    }));
});
