import assert from 'node:assert/strict';

import { sha256 } from '@axtary/core/digest';

import { allowedAction, assertBlocked, onStage } from './support.js';

const never = new Promise<never>(() => undefined);

describe('what was pinned', () => {
  const pins = [{ kind: 'file', subject: 'a.ts', digest: sha256('before') } as const];
  const pinned = () => allowedAction({ context: { source: 'sdk', pins } });

  it('is checked after the intent and before the handler', () =>
    onStage(async ({ runtime, trace }) => {
      const file = () => {
        trace.push('pin');
        return Promise.resolve(sha256('before'));
      };
      assert.equal((await runtime({ pinCheckers: { file } }).handle(pinned())).status, 'executed');
      assert.deepEqual(trace, ['ledger:decision+pass+intent', 'pin', 'handler', 'ledger:outcome']);
    }));

  for (const [what, file] of [
    ['has changed', () => Promise.resolve(sha256('after'))],
    ['is gone', () => Promise.resolve('absent' as const)],
    ['cannot be read', () => Promise.reject(new Error('EACCES'))],
    ['cannot be checked in time', () => never],
    ['can be checked by nobody', undefined],
  ] as const) {
    it(`blocks the call when it ${what}`, () =>
      onStage(async ({ runtime, trace, records }) => {
        const options = { handlerTimeoutMs: 50, ...(file && { pinCheckers: { file } }) };
        assertBlocked(await runtime(options).handle(pinned()), 'PIN_CHANGED');
        assert.deepEqual(trace, ['ledger:decision+pass+intent', 'ledger:outcome']);
        const outcome = (await records()).at(-1);
        assert.ok(outcome?.type === 'outcome' && outcome.body.error?.code === 'PIN_CHANGED');
      }));
  }

  it('is not checked further for a caller that cancelled', () =>
    onStage(async ({ runtime }) => {
      const abort = new AbortController();
      const file = () => {
        abort.abort();
        return never;
      };
      assertBlocked(
        await runtime({ pinCheckers: { file } }).handle(pinned(), { signal: abort.signal }),
        'CANCELLED',
      );
    }));
});
