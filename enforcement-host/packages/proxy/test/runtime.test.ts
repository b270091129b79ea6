import assert from 'node:assert/strict';

import { verifyActionPass } from '@axtary/actionpass';
import { sha256 } from '@axtary/core/digest';
import { createPolicy } from '@axtary/policy';

import { createProxyRuntime } from '../src/index.js';
import { UpstreamFailure } from './upstream-failure.js';

import {
  TOOL,
  aborted,
  allowedAction,
  assertBlocked,
  denyAll,
  onStage,
  publicKey,
  stepUpAction,
} from './support.js';

const never = new Promise<never>(() => undefined);

describe('an allowed call', () => {
  it('is executed after decision, pass and intent are durable, and its outcome recorded after', () =>
    onStage(async ({ runtime, trace, calls, records }) => {
      const action = allowedAction();
      const result = await runtime().handle(action);
      assert.equal(result.status, 'executed');
      assert.deepEqual(result.result, { ok: true });
      assert.deepEqual(trace, ['ledger:decision+pass+intent', 'handler', 'ledger:outcome']);
      assert.deepEqual(calls[0]?.payload, action.capability.payload);
      const { token = '', jti } = result.pass ?? {};
      const verified = await verifyActionPass({
        token,
        action,
        verificationKey: publicKey,
        issuer: 'https://axtary.test',
      });
      assert.ok(verified.valid && verified.claims.jti === jti);
      const outcome = (await records()).find(({ type }) => type === 'outcome');
      assert.ok(outcome?.type === 'outcome');
      assert.equal(outcome.body.resultHash, sha256('{"ok":true}'));
    }));

  it('is timed by stage', () =>
    onStage(async ({ runtime }) => {
      const { timings } = await runtime().handle(allowedAction());
      const { total, ...stages } = timings;
      assert.equal(stages.approval, 0);
      const sum = Object.values(stages).reduce((a, b) => a + b, 0);
      assert.ok(sum > 0 && sum <= total + 1, JSON.stringify(timings));
    }));

  it('counts the bytes of its result', () =>
    onStage(async ({ runtime, records }) => {
      await runtime({ handlers: { [TOOL]: () => Promise.resolve('\u00e9') } }).handle(
        allowedAction(),
      );
      const outcome = (await records()).at(-1);
      assert.ok(outcome?.type === 'outcome');
      assert.equal(outcome.body.resultLength, 4);
    }));

  it('executes what was parsed, though the caller changes its object at once', () =>
    onStage(async ({ runtime, calls }) => {
      const action = structuredClone(allowedAction()) as {
        capability: { payload: Record<string, unknown> };
      };
      const { title } = action.capability.payload;
      const handled = runtime().handle(action);
      action.capability.payload['title'] = 'another';
      assert.equal((await handled).status, 'executed');
      assert.equal(calls[0]?.payload['title'], title);
    }));

  it('is executed without a pass only in the unsigned mode, and the ledger says so', () =>
    onStage(async ({ ledger, records, runtime }) => {
      const handlers = { [TOOL]: () => Promise.resolve(null) };
      const options = { issuer: 'i', tenant: 'org:example', ledger, handlers };
      assert.throws(() => createProxyRuntime(options), TypeError);
      const result = await createProxyRuntime({ ...options, allowUnsignedExecution: true }).handle(
        allowedAction(),
      );
      assert.ok(result.status === 'executed' && result.pass === undefined);
      const pass = (await records()).find(({ type }) => type === 'pass');
      assert.ok(pass?.type === 'pass' && pass.body.unsigned === true);
      assert.ok(runtime());
    }));

  it('hands progress on', () =>
    onStage(async ({ runtime }) => {
      const seen: number[] = [];
      const proxy = runtime({
        handlers: {
          [TOOL]: ({ onProgress }) => {
            onProgress?.({ progress: 1 });
            return Promise.resolve(null);
          },
        },
      });
      await proxy.handle(allowedAction(), { onProgress: ({ progress }) => seen.push(progress) });
      assert.deepEqual(seen, [1]);
    }));

  it('leaves a verifiable ledger under 200 racing calls of all kinds', () =>
    onStage(async ({ runtime, calls }) => {
      const proxy = runtime();
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          proxy.handle(n % 4 === 0 ? stepUpAction() : n % 4 === 1 ? `{${n}` : allowedAction()),
        ),
      );
      assert.equal(results.filter(({ status }) => status === 'executed').length, 100);
      assert.equal(calls.length, 100);
    }));
});

describe('a handler', () => {
  it('that fails makes a failed call with its code and message', () =>
    onStage(async ({ runtime, trace }) => {
      const fail = () => Promise.reject(new UpstreamFailure('UPSTREAM_REFUSED', 'no such branch'));
      const result = await runtime({ handlers: { [TOOL]: fail } }).handle(allowedAction());
      assert.ok(result.status === 'failed');
      assert.deepEqual(result.error, { code: 'UPSTREAM_REFUSED', message: 'no such branch' });
      assert.deepEqual(trace, ['ledger:decision+pass+intent', 'ledger:outcome']);
    }));

  it('that throws anything at all makes a failed call with a recorded outcome', () =>
    onStage(async ({ runtime, trace }) => {
      const thrown: unknown[] = [
        new Error('x'.repeat(100_000)),
        'text',
        undefined,
        Object.create(null),
        new Error('\ud800'),
      ];
      for (const value of thrown) {
        const proxy = runtime({
          handlers: {
            [TOOL]: () => {
              throw value;
            },
          },
        });
        const result = await proxy.handle(allowedAction());
        assert.ok(result.status === 'failed' && result.error.code === 'INTERNAL');
        assert.equal(trace.at(-1), 'ledger:outcome');
      }
    }));

  it('that answers what JSON cannot say makes a failed call', () =>
    onStage(async ({ runtime }) => {
      const odd = (() => Promise.resolve(undefined)) as unknown as () => Promise<null>;
      const result = await runtime({ handlers: { [TOOL]: odd } }).handle(allowedAction());
      assert.ok(result.status === 'failed' && result.error.code === 'CANONICAL_UNREPRESENTABLE');
    }));

  it('that ignores its signal fails after the timeout, after a recorded allow', () =>
    onStage(async ({ runtime, trace, records }) => {
      const result = await runtime({
        handlers: { [TOOL]: () => never },
        handlerTimeoutMs: 20,
      }).handle(allowedAction());
      assert.ok(result.status === 'failed' && result.error.code === 'HANDLER_TIMEOUT');
      assert.deepEqual(trace, ['ledger:decision+pass+intent', 'ledger:outcome']);
      const outcome = (await records()).at(-1);
      assert.ok(outcome?.type === 'outcome' && outcome.body.status === 'failed');
    }));

  it('whose outcome cannot be recorded leaves its intent open and says so', () =>
    onStage(async ({ runtime, ledger, calls }) => {
      ledger.failing.add('outcome');
      const result = await runtime().handle(allowedAction());
      assert.ok(result.status === 'failed' && result.error.code === 'OUTCOME_UNRECORDED');
      assert.equal(calls.length, 1);
    }));

  it('is found by its own name only', () =>
    onStage(async ({ runtime, trace, calls }) => {
      for (const tool of ['constructor', '__proto__', 'toString', 'other.tool']) {
        const { capability, ...rest } = allowedAction();
        const policy = createPolicy({
          version: 1,
          preset: 'none',
          policies: [{ id: 'all', effect: 'allow', match: { tool } }],
        });
        const result = await runtime({ policy }).handle({
          ...rest,
          capability: { ...capability, tool },
        });
        assertBlocked(result, 'HANDLER_UNKNOWN');
        assert.equal(result.decision.decision, 'allow');
        assert.equal(trace.at(-1), 'ledger:decision');
      }
      assert.equal(calls.length, 0);
    }));
});

describe('a call that the caller cancels', () => {
  it('before it begins is not executed', () =>
    onStage(async ({ runtime, trace }) => {
      assertBlocked(
        await runtime().handle(allowedAction(), { signal: AbortSignal.abort() }),
        'CANCELLED',
      );
      assert.deepEqual(trace, []);
    }));

  it('after its intent was recorded is not executed either, and that is recorded', () =>
    onStage(async ({ runtime, ledger, trace, records }) => {
      const abort = new AbortController();
      const cancelling = {
        append: async (...args: Parameters<typeof ledger.append>) => {
          const appended = await ledger.append(...args);
          abort.abort();
          return appended;
        },
      };
      assertBlocked(
        await runtime({ ledger: cancelling }).handle(allowedAction(), { signal: abort.signal }),
        'CANCELLED',
      );
      assert.deepEqual(trace, ['ledger:decision+pass+intent', 'ledger:outcome']);
      const outcome = (await records()).at(-1);
      assert.ok(outcome?.type === 'outcome' && outcome.body.status === 'blocked');
    }));

  it('while its handler runs has failed: it may have happened', () =>
    onStage(async ({ runtime }) => {
      const abort = new AbortController();
      const stubborn = () => {
        queueMicrotask(() => abort.abort());
        return never;
      };
      const result = await runtime({ handlers: { [TOOL]: stubborn } }).handle(allowedAction(), {
        signal: abort.signal,
      });
      assert.ok(result.status === 'failed' && result.error.code === 'CANCELLED');
    }));
});

describe('a call that policy does not allow', () => {
  it('is denied, recorded, and not executed', () =>
    onStage(async ({ runtime, trace, calls }) => {
      assertBlocked(await runtime({ policy: denyAll }).handle(allowedAction()), 'POLICY_DENIED');
      assert.deepEqual([trace, calls.length], [['ledger:decision'], 0]);
    }));

  it('is denied for another tenant', () =>
    onStage(async ({ runtime, records }) => {
      assertBlocked(
        await runtime({ tenant: 'org:other' }).handle(allowedAction()),
        'POLICY_DENIED',
      );
      const decision = (await records()).at(-1);
      assert.ok(
        decision?.type === 'decision' && decision.body.reasons[0]?.rule === 'tenant-mismatch',
      );
    }));

  const failing: Readonly<Record<string, () => unknown>> = {
    rejects: () => Promise.reject(new Error('yaml')),
    throws: () => {
      throw new Error('yaml');
    },
    'gives nothing': () => undefined,
    'gives what looks like a policy': () => ({ text: '', document: {} }),
  };
  for (const [what, policy] of Object.entries(failing)) {
    it(`is denied and recorded when the policy getter ${what}`, () =>
      onStage(async ({ runtime, trace, calls, records }) => {
        assertBlocked(
          await runtime({ policy: policy as () => never }).handle(allowedAction()),
          'POLICY_UNAVAILABLE',
        );
        assert.deepEqual([trace, calls.length], [['ledger:decision'], 0]);
        const decision = (await records()).at(-1);
        assert.ok(decision?.type === 'decision' && decision.body.verdict === 'deny');
      }));
  }
});

describe('a call whose evidence cannot be written', () => {
  for (const type of ['decision', 'intent'] as const) {
    it(`is not executed: ${type}`, () =>
      onStage(async ({ runtime, ledger, calls }) => {
        ledger.failing.add(type);
        assertBlocked(await runtime().handle(allowedAction()), 'LEDGER_UNAVAILABLE');
        assertBlocked(
          await runtime({ policy: denyAll }).handle(allowedAction()),
          type === 'decision' ? 'LEDGER_UNAVAILABLE' : 'POLICY_DENIED',
        );
        assert.equal(calls.length, 0);
      }));
  }

  it('is not executed when it is too large for a record', () =>
    onStage(async ({ runtime, calls }) => {
      const { capability, ...rest } = allowedAction();
      const constraints = { ...capability.constraints, note: 'x'.repeat(2_000_000) };
      assertBlocked(
        await runtime().handle({ ...rest, capability: { ...capability, constraints } }),
        'LEDGER_UNAVAILABLE',
      );
      assert.equal(calls.length, 0);
    }));

  it('is not executed when the pass cannot be signed, and its decision is recorded', () =>
    onStage(async ({ runtime, trace, calls }) => {
      const signer = { sign: () => Promise.reject(new Error('no key')) };
      assertBlocked(await runtime({ signer }).handle(allowedAction()), 'PASS_UNAVAILABLE');
      assertBlocked(
        await runtime({ passTtlSeconds: 0 }).handle(allowedAction()),
        'PASS_UNAVAILABLE',
      );
      assert.deepEqual([trace, calls.length], [['ledger:decision', 'ledger:decision'], 0]);
    }));
});

describe('input that is no action', () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const [what, input] of [
    ['text', '{"id":"act_1","secret":"canary-7"}'],
    ['bytes', Buffer.from('canary-7')],
    ['nothing', undefined],
    ['an object', { canary: 'canary-7' }],
    ['a revoked proxy', revoked],
    ['a lone surrogate', '"\ud800"'],
  ] as const) {
    it(`is recorded by its digest only: ${what}`, () =>
      onStage(async ({ runtime, trace, records }) => {
        const result = await runtime().handle(input);
        assert.equal(result.status, 'malformed');
        assert.deepEqual(trace, ['ledger:decision']);
        const record = (await records()).at(-1);
        assert.ok(record?.type === 'decision' && record.body.malformed);
        assert.ok(!JSON.stringify(record).includes('canary-7'));
        if (typeof input === 'string' && input.isWellFormed()) {
          assert.equal(record.body.malformed.inputHash, sha256(input));
        }
      }));
  }

  it('is answered also when the ledger fails', () =>
    onStage(async ({ runtime, ledger }) => {
      ledger.failing.add('decision');
      const result = await runtime().handle('{');
      assert.ok(
        result.status === 'malformed' && result.error.message.includes('could not be written'),
      );
    }));
});

describe('close', () => {
  it('waits for what executes, and blocks what comes later', () =>
    onStage(async ({ runtime, trace }) => {
      const finish = new AbortController();
      const started = new AbortController();
      const slow = async () => {
        started.abort();
        await aborted(finish.signal);
        trace.push('handler');
        return null;
      };
      const proxy = runtime({ handlers: { [TOOL]: slow } });
      const call = proxy.handle(allowedAction());
      await aborted(started.signal);
      const closed = proxy.close().then(() => trace.push('closed'));
      assertBlocked(await proxy.handle(allowedAction()), 'CANCELLED');
      finish.abort();
      assert.equal((await call).status, 'executed');
      await closed;
      assert.deepEqual(trace.slice(1), ['handler', 'ledger:outcome', 'closed']);
    }));
});
