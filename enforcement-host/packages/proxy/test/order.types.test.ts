import assert from 'node:assert/strict';

import { permit, type DecidedAction, type PermittedAction } from '../src/pipeline/decide.js';
import type { Dependencies } from '../src/pipeline/dependencies.js';
import { execute } from '../src/pipeline/execute.js';
import { issue, type IssuedPass } from '../src/pipeline/issue.js';
import { recordIntent, type RecordedIntent } from '../src/pipeline/record-intent.js';
import { recordOutcome } from '../src/pipeline/record-outcome.js';
import type { Timings } from '../src/types.js';

type Tools = Dependencies & { readonly timings: Timings };

/** Never called: that this compiles, with every refusal below in place, is the test. */
function wrongOrders(
  [decided, permitted, issued]: readonly [DecidedAction, PermittedAction, IssuedPass],
  dependencies: Tools,
): readonly unknown[] {
  return [
    // @ts-expect-error -- a decision is not permission
    issue(decided, undefined, dependencies),
    // @ts-expect-error -- nothing is recorded as intended without a pass
    recordIntent(permitted, dependencies),
    // @ts-expect-error -- a pass is not a recorded intent
    execute(issued, {}, dependencies),
    // @ts-expect-error -- permission is not a recorded intent
    execute(permitted, {}, dependencies),
    // @ts-expect-error -- nor is an object that looks like one
    execute({ intentId: 'int_1', issued }, {}, dependencies),
    // @ts-expect-error -- only `permit` makes permission
    { ...decided, obligations: {} } satisfies PermittedAction,
    // @ts-expect-error -- only `issue` makes a pass
    { permitted, jti: 'ap_1', kid: undefined, expiresAt: '', pass: undefined } satisfies IssuedPass,
    // @ts-expect-error -- an outcome needs its intent
    recordOutcome(issued, { status: 'executed', result: null, resultText: 'null' }, dependencies),
  ];
}

async function rightOrder(decided: DecidedAction, dependencies: Tools): Promise<unknown> {
  const issued = await issue(permit(decided), { approval: undefined, options: {} }, dependencies);
  const intent: RecordedIntent = await recordIntent(issued, dependencies);
  return execute(intent, {}, dependencies);
}

describe('the pipeline', () => {
  it('compiles in its right order only (tsc -p tsconfig.test.json)', () => {
    assert.deepEqual([typeof wrongOrders, typeof rightOrder], ['function', 'function']);
  });
});
