import assert from 'node:assert/strict';

import {
  CHANGING,
  closeAll,
  EVERYTHING,
  house,
  newClient,
  reached,
  textOf,
  until,
  type House,
} from './support/setup.js';

const GREET = { name: 'greet', arguments: { name: 'Ada' } };

describe('a call that waits for a person', () => {
  afterEach(closeAll);

  const pending = { id: 'apr_1', expiresAt: '2999-01-01T00:00:00.000Z' };
  const answer = { code: 'APPROVAL_PENDING', message: 'waiting', approvalId: 'apr_1' } as const;

  it('is answered PENDING_APPROVAL, and its identical retry is the same action', async () => {
    const home = await house({ changing: CHANGING });
    const client = await home.connect('changing');
    home.runtime.decide = (_action, { onPending }) => (onPending?.(pending), answer);
    const first = await client.callTool(GREET);
    assert.equal(first.isError, true);
    assert.equal(
      textOf(first),
      'PENDING_APPROVAL apr_1: a person must approve this exact call in the editor. ' +
        'Retry the identical call to receive the result.',
    );
    const sibling = await home.connect('changing');
    await sibling.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    home.runtime.decide = () => 'execute';
    assert.equal(textOf(await client.callTool(GREET)), 'hello Ada');
    assert.equal(textOf(await client.callTool(GREET)), 'hello Ada');
    const ids = home.runtime.actions.map(({ id }) => id);
    assert.equal(ids[1], ids[0]);
    assert.equal(ids[2], ids[0]);
    assert.notEqual(ids[3], ids[0]);
    assert.deepEqual(home.runtime.actions[2], home.runtime.actions[0]);
  });

  it('is another action for other arguments, another window and an expired request', async () => {
    const home = await house({ changing: CHANGING });
    const client = await home.connect('changing');
    const over = { ...pending, expiresAt: '2001-01-01T00:00:00.000Z' };
    home.runtime.decide = (_action, { onPending }) => (onPending?.(pending), answer);
    await client.callTool(GREET);
    await client.callTool({ name: 'greet', arguments: { name: 'Bob' } });
    home.runtime.decide = (_action, { onPending }) => (onPending?.(over), answer);
    const elsewhere = await home.connect('changing', newClient(), 'window-2');
    await elsewhere.callTool(GREET);
    await elsewhere.callTool(GREET);
    assert.equal(new Set(home.runtime.actions.map(({ id }) => id)).size, 4);
  });

  it('is another action where what it touches changed meanwhile', async () => {
    let path = 'a';
    const inspect = (): Promise<{ paths: string[] }> => Promise.resolve({ paths: [path] });
    const home = await house({ changing: CHANGING }, { inspect });
    const client = await home.connect('changing');
    home.runtime.decide = (_action, { onPending }) => (onPending?.(pending), answer);
    await client.callTool(GREET);
    path = 'b';
    await client.callTool(GREET);
    assert.notEqual(home.runtime.actions[0]?.id, home.runtime.actions[1]?.id);
  });

  it('says so every 10 s to a client that asked for progress, and then passes on the server', async () => {
    const home = await house({ everything: EVERYTHING });
    const client = await home.connect('everything');
    let approve = (): void => undefined;
    const approved = new Promise<void>((resolve) => (approve = resolve));
    home.runtime.decide = async (_action, { onPending }) => {
      onPending?.(pending);
      await approved;
      return 'execute' as const;
    };
    const seen: { progress: number; message?: string | undefined }[] = [];
    const call = client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 2 } },
      undefined,
      { onprogress: (progress) => seen.push(progress) },
    );
    await until(() => seen.length === 1);
    home.timer.turn(20_000);
    await until(() => seen.length === 3);
    approve();
    await call;
    assert.equal(seen.length, 6);
    assert.match(seen[0]?.message ?? '', /waits for a person to approve this call \(apr_1\)$/);
    assert.match(seen[2]?.message ?? '', /for 20 s now$/);
    assert.equal(seen[3]?.message, 'Approved; the call runs');
    const values = seen.map(({ progress }) => progress);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => a - b),
    );
    assert.equal(new Set(values).size, values.length);
    home.timer.turn(60_000);
    await client.ping();
    assert.equal(seen.length, 6);
  });

  it('is held as long as its client bears', async () => {
    const home = await house({ changing: CHANGING });
    for (const name of ['Visual Studio Code', 'claude-code', 'somebody']) {
      await (await home.connect('changing', newClient(name))).callTool(GREET);
    }
    const patient = await home.connect('changing', newClient('somebody'));
    await patient.callTool(GREET, undefined, { onprogress: () => undefined });
    const holds = home.runtime.options.map(({ holdFor }) => holdFor);
    assert.deepEqual(holds, [undefined, 290_000, 50_000, undefined]);
  });
});

describe('a call that is given up', () => {
  let home: House;

  beforeEach(async () => {
    home = await house({ changing: CHANGING });
  });
  afterEach(closeAll);

  it('is cancelled at the server', async () => {
    const client = await home.connect('changing');
    const abort = new AbortController();
    const call = client.callTool({ name: 'hang', arguments: {} }, undefined, {
      signal: abort.signal,
    });
    call.catch(() => undefined);
    await until(async () => (await reached(home)).length === 1);
    abort.abort('enough');
    await assert.rejects(call);
    await until(() => home.upstreams.get('changing').lastWords().includes('cancelled true'));
  });

  it('before it was decided on is not executed, when cancelled and when the client hangs up', async () => {
    const waiting: (() => void)[] = [];
    home.runtime.decide = (_action, { signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve('execute'));
        waiting.push(() => resolve('execute'));
      });
    const client = await home.connect('changing');
    const abort = new AbortController();
    const call = client.callTool(GREET, undefined, { signal: abort.signal });
    call.catch(() => undefined);
    await until(() => waiting.length === 1);
    abort.abort();
    await until(() => home.runtime.options[0]?.signal?.aborted === true);

    const second = await home.connect('changing');
    second.callTool(GREET).catch(() => undefined);
    await until(() => waiting.length === 2);
    await second.close();
    await until(() => home.runtime.options[1]?.signal?.aborted === true);
    assert.deepEqual(await reached(home), []);
  });
});
