import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Action } from '@axtary/core';
import { parsePolicy, readShortAction, type Policy } from '@axtary/policy';

import { createAskEngines } from '../../enforcement-host/apps/host/src/policy/engines.js';
import { REPOSITORY, temporaryFolder } from '../testkit/folders.js';

const WORKER = path.join(REPOSITORY, 'enforcement-host/apps/host/dist/policy/prove-worker.js');

function policyOf(text: string): Policy {
  const { policy } = parsePolicy(text);
  assert.ok(policy);
  return policy;
}

const policy = policyOf(
  'version: 1\npreset: none\npolicies:\n  - { id: all, effect: allow, match: { tool: a } }\n',
);
const action: Action = readShortAction({ tool: 'a', resource: 'b' });

describe('the thread that asks three engines', () => {
  let folder: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    folder = temporaryFolder('engines');
  });

  afterEach(() => folder.remove());

  it('answers many questions at once, about several policies', async () => {
    const ask = createAskEngines({ worker: WORKER, wasmFolder: undefined });
    const other = policyOf('version: 1\npreset: none\n');
    const answers = await Promise.all(
      [policy, other, policy, other].map((one) => ask(one, action, {})),
    );
    assert.deepEqual(
      answers.map(({ agree, engines }) => [agree, ...engines.map(({ decision }) => decision)]),
      ['allow', 'deny', 'allow', 'deny'].map((verdict) => [true, verdict, verdict, verdict]),
    );
  }).timeout(60_000);

  const broken: Readonly<Record<string, string>> = {
    'is not there': '',
    'cannot be started': 'throw new Error("out of order");',
    'ends without an answer':
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(1));",
    'never answers':
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => undefined);",
    'answers an error':
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ id }) => parentPort.postMessage({ id, error: 'cannot' }));",
  };

  for (const [what, code] of Object.entries(broken)) {
    it(`says so when it ${what}, and still gives the decision that counts`, async () => {
      const worker = path.join(folder.path, 'worker.mjs');
      if (code !== '') writeFileSync(worker, code);
      const ask = createAskEngines({ worker, wasmFolder: undefined, answerWithin: 500 });
      for (let n = 0; n < 2; n++) {
        const { engines, agree } = await ask(policy, action, {});
        assert.equal(agree, false);
        assert.deepEqual(
          engines.map(({ engine, decision }) => [engine, decision]),
          [
            ['native', 'allow'],
            ['cedar', undefined],
            ['rego', undefined],
          ],
        );
        assert.ok(engines[1]?.error?.startsWith('it could not be asked: '), engines[1]?.error);
      }
    });
  }

  it('takes no module of Rego but the published one', async () => {
    writeFileSync(path.join(folder.path, 'axtary.wasm'), 'another');
    const ask = createAskEngines({ worker: WORKER, wasmFolder: folder.path });
    const { engines } = await ask(policy, action, {});
    assert.match(engines[2]?.error ?? '', /install it again/);
  }).timeout(60_000);
});
