import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import type { HandlerCall, JsonObject } from '@axtary/core';

import { createUpstreams, type UpstreamDefinition } from '../src/index.js';
import { CHANGING, closeAll, EVERYTHING, house, textOf, until } from './support/setup.js';

const GREET = { name: 'greet', arguments: {} };
const children: ChildProcess[] = [];

async function pidOf(call: (name: string) => Promise<JsonObject>): Promise<number> {
  const { pid } = JSON.parse(textOf(await call('pid'))) as { pid: number };
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function everythingOverHttp(port: number): Promise<ChildProcess> {
  const [script = ''] = EVERYTHING.args ?? [];
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [script, 'streamableHttp'], { env, stdio: 'pipe' });
  children.push(child);
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (data) => String(data).includes('listening') && resolve());
  });
  return child;
}

function upstreams(
  servers: Record<string, UpstreamDefinition>,
): ReturnType<typeof createUpstreams> {
  return createUpstreams({ servers, folder: process.cwd(), softwareVersion: '0' });
}

describe('an upstream over stdio', () => {
  afterEach(closeAll);

  it('is started by the first use, and once for all who use it at a time', async () => {
    const home = await house({ changing: CHANGING });
    const states: unknown[] = [];
    home.upstreams.onChange(() => states.push(home.upstreams.status()[0]?.state));
    assert.deepEqual(home.upstreams.status(), [{ server: 'changing', state: 'stopped' }]);
    await Promise.all([home.connect('changing'), home.connect('changing')]);
    assert.deepEqual(states, ['starting', 'ready']);
  });

  it('tells the tools that it knows, and asks nobody for them', async () => {
    const home = await house({ changing: CHANGING });
    assert.deepEqual(home.upstreams.listedTools(), []);
    assert.equal(home.upstreams.status()[0]?.state, 'stopped');
    const client = await home.connect('changing');
    await client.callTool(GREET);
    assert.ok(home.upstreams.listedTools().includes('mcp:changing/greet'));
  });

  it('is killed by nobody noticing: a clear error, then the next call starts it again', async () => {
    const home = await house({ changing: CHANGING });
    const client = await home.connect('changing');
    const call = (name: string): Promise<JsonObject> =>
      home.upstreams.get('changing').request('tools/call', { name, arguments: {} });
    const pid = await pidOf(call);
    const hanging = client.callTool({ name: 'hang', arguments: {} });
    await until(async () => {
      const said = await home.upstreams.get('changing').request('x/reached', undefined);
      return JSON.stringify(said).includes('"hang"');
    });
    await call('stderr');
    process.kill(pid, 'SIGKILL');
    const lost = await hanging;
    assert.equal(lost.isError, true);
    assert.match(
      textOf(lost),
      /^Axtary could not confirm this call: it was sent.*ended before it answered/,
    );
    const [status] = home.upstreams.status();
    assert.equal(status?.state, 'failed');
    assert.match(status?.message ?? '', /the process ended; the next call starts it again/);
    assert.equal(textOf(await client.callTool(GREET)), 'hello you');
    assert.notEqual(await pidOf(call), pid);
  });

  it('that dies again and again is started after a pause, and says when', async () => {
    let now = 1_700_000_000_000;
    const servers = { broken: { command: process.execPath, args: ['-e', 'process.exit(3)'] } };
    const all = createUpstreams({
      servers,
      folder: process.cwd(),
      softwareVersion: '0',
      clock: { now: () => new Date(now) },
    });
    const use = (): Promise<unknown> => all.toolDefinition('broken', 'x');
    await assert.rejects(use, {
      code: 'MCP_SERVER_UNAVAILABLE',
      message: /did not start as an MCP server/,
    });
    await assert.rejects(use, /did not start/);
    await assert.rejects(use, /started again in 1 s at the earliest/);
    now += 1000;
    await assert.rejects(use, /did not start/);
    await assert.rejects(use, /in 2 s/);
    await all.close();
  });

  it('that is not installed says what to do, at the client too', async () => {
    const home = await house({ nowhere: { command: 'axtary-no-such-program' } });
    await assert.rejects(
      home.connect('nowhere'),
      /Axtary could not open this MCP server.*check the command and the PATH/,
    );
    assert.match(home.upstreams.status()[0]?.message ?? '', /"axtary-no-such-program"/);
  });

  it('shows its last words without the values that it was given in confidence', async () => {
    const source =
      'console.error(`no access with ${process.env.TOKEN}\\u001b[31m`); process.exit(1)';
    const broken = {
      command: process.execPath,
      args: ['-e', source],
      env: { TOKEN: 's3cret-value' },
    };
    const all = upstreams({ broken });
    await assert.rejects(all.toolDefinition('broken', 'x'));
    const message = all.status()[0]?.message ?? '';
    assert.match(message, /Its last output:\nno access with \[redacted\] \[31m/);
    await all.close();
  });

  it('gets the configured variables and not our own', async () => {
    process.env['AXTARY_TEST_CANARY'] = 'canary';
    const home = await house({ changing: { ...CHANGING, env: { GIVEN: 'yes' } } });
    const client = await home.connect('changing');
    const env = JSON.parse(textOf(await client.callTool({ name: 'env', arguments: {} }))) as object;
    delete process.env['AXTARY_TEST_CANARY'];
    assert.ok('GIVEN' in env && 'PATH' in env);
    assert.ok(!('AXTARY_TEST_CANARY' in env));
  });

  it('is ended by close, and refuses to be used after', async () => {
    const all = upstreams({ changing: CHANGING });
    const call = (name: string): Promise<JsonObject> =>
      all.get('changing').request('tools/call', { name, arguments: {} });
    const pid = await pidOf(call);
    await all.close();
    await until(() => !isAlive(pid));
    await assert.rejects(call('greet'), { code: 'MCP_SERVER_UNAVAILABLE' });
  });

  it('is ended by close also where it ignores the end of its input and SIGTERM', async () => {
    const stubborn = { ...CHANGING, env: { STUBBORN: '1' } };
    const all = upstreams({ stubborn });
    const pid = await pidOf((name) =>
      all.get('stubborn').request('tools/call', { name, arguments: {} }),
    );
    await all.close();
    await until(() => !isAlive(pid));
  });

  it('ends itself when our process is killed', async () => {
    const source = `
      const { createUpstreams } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
      const all = createUpstreams({ servers: { changing: ${JSON.stringify(CHANGING)} }, folder: process.cwd(), softwareVersion: '0' });
      const { content } = await all.get('changing').request('tools/call', { name: 'pid', arguments: {} });
      console.log(content[0].text);
      setInterval(() => {}, 1000);`;
    const args = ['--import=tsx', '--input-type=module', '-e', source];
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid } = JSON.parse(line.toString()) as { pid: number };
    assert.ok(isAlive(pid));
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });

  it('refuses definitions that it cannot use', () => {
    const command = process.execPath;
    assert.throws(() => upstreams({ 'a/b': { command } }), TypeError);
    assert.throws(() => upstreams({ '': { command } }), TypeError);
    assert.throws(() => upstreams({ a: { command: '' } }), TypeError);
    assert.throws(() => upstreams({ a: { url: 'file:///etc/passwd' } }), TypeError);
    assert.throws(() => upstreams({ a: { url: 'nonsense' } }), TypeError);
  });
});

describe('the handler and the pin checker', () => {
  afterEach(closeAll);

  const signal = new AbortController().signal;

  it('take exactly server, name and arguments', async () => {
    const all = upstreams({ changing: CHANGING });
    const call = (payload: JsonObject): Promise<unknown> =>
      all.handler({
        action: { id: 'act_1', context: { source: 'mcp' } },
        payload,
        signal,
      } as unknown as HandlerCall);
    await assert.rejects(call({ server: 'changing', name: 'greet' }), {
      code: 'MCP_CALL_MALFORMED',
    });
    await assert.rejects(call({ server: 'changing', ...GREET, also: 1 }), {
      code: 'MCP_CALL_MALFORMED',
    });
    await assert.rejects(call({ server: 'other', ...GREET }), { code: 'MCP_SERVER_UNKNOWN' });
    await assert.rejects(call({ server: 'changing', name: 'fail', arguments: {} }), {
      code: 'MCP_CALL_REFUSED',
      message: /-32099: no such luck/,
    });
    assert.match(JSON.stringify(await call({ server: 'changing', ...GREET })), /hello you/);
    await all.close();
  });

  it('tell the present digest of a tool, and absent where there is none', async () => {
    const all = upstreams({ changing: CHANGING });
    const digest = `sha256:${'0'.repeat(64)}` as const;
    const check = (subject: string, kind: 'tool_definition' | 'file' = 'tool_definition') =>
      all.definitionPinChecker({ kind, subject, digest }, {} as never, signal);
    const { definitionHash } = await all.toolDefinition('changing', 'greet');
    assert.equal(await check('mcp:changing/greet'), definitionHash);
    assert.notEqual(await check('mcp:changing/a/b'), 'absent');
    assert.equal(await check('mcp:changing/nothing'), 'absent');
    await assert.rejects(check('mcp:other/greet'), { code: 'MCP_SERVER_UNKNOWN' });
    await assert.rejects(check('changing/greet'), { code: 'MCP_CALL_MALFORMED' });
    await assert.rejects(check('mcp:changing/greet', 'file'), { code: 'MCP_CALL_MALFORMED' });
    await all.close();
  });

  it('stop with their signal', async () => {
    const all = upstreams({ changing: CHANGING });
    const abort = new AbortController();
    const payload = { server: 'changing', name: 'hang', arguments: {} };
    const call = all.handler({
      action: { id: 'act_1', context: { source: 'mcp' } },
      payload,
      signal: abort.signal,
    } as unknown as HandlerCall);
    const upstream = all.get('changing');
    await until(async () => {
      const { reached } = (await upstream.request('x/reached', undefined)) as { reached: unknown };
      return Array.isArray(reached) && reached.length === 1;
    });
    abort.abort();
    await assert.rejects(call, { code: 'MCP_CALL_INTERRUPTED', message: /was told to stop/ });
    await all.close();
  });
});

describe('an upstream over Streamable HTTP', () => {
  afterEach(async () => {
    await closeAll();
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('serves the same tools, calls and progress', async () => {
    const port = await freePort();
    await everythingOverHttp(port);
    const home = await house({
      remote: { url: `http://127.0.0.1:${port}/mcp` },
      local: EVERYTHING,
    });
    const [remote, local] = [await home.connect('remote'), await home.connect('local')];
    assert.deepEqual(await remote.listTools(), await local.listTools());
    const seen: unknown[] = [];
    const result = await remote.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 2 } },
      undefined,
      { onprogress: (progress) => seen.push(progress) },
    );
    assert.match(textOf(result), /completed/);
    assert.equal(seen.length, 2);
    assert.match(home.runtime.actions[0]?.context.mcp?.protocolVersion ?? '', /^\d{4}-\d\d-\d\d$/);
  });

  it('that dies under a call is reported, and reached again once it is back', async () => {
    const port = await freePort();
    const first = await everythingOverHttp(port);
    let now = 1_700_000_000_000;
    const clock = { now: () => new Date(now) };
    const home = await house({ remote: { url: `http://127.0.0.1:${port}/mcp` } }, { clock });
    const client = await home.connect('remote');
    let isRunning = false;
    const call = client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 60, steps: 1000 } },
      undefined,
      { onprogress: () => (isRunning = true) },
    );
    await until(() => isRunning);
    first.kill('SIGKILL');
    assert.match(textOf(await call), /^Axtary could not confirm this call/);
    assert.equal(home.upstreams.status()[0]?.state, 'failed');
    const down = await client.callTool({ name: 'echo', arguments: { message: 'm' } });
    assert.match(textOf(down), /^Axtary blocked this call: .*no MCP server answers at its URL/);
    await everythingOverHttp(port);
    now += 1000;
    assert.equal(
      textOf(await client.callTool({ name: 'echo', arguments: { message: 'm' } })),
      'Echo: m',
    );
  });

  it('that forgot our session is greeted anew', async () => {
    const port = await freePort();
    const first = await everythingOverHttp(port);
    const home = await house({ remote: { url: `http://127.0.0.1:${port}/mcp` } });
    const client = await home.connect('remote');
    const echo = { name: 'echo', arguments: { message: 'm' } };
    await client.callTool(echo);
    first.kill('SIGKILL');
    await once(first, 'exit');
    await everythingOverHttp(port);
    const texts = [textOf(await client.callTool(echo)), textOf(await client.callTool(echo))];
    assert.equal(texts.at(-1), 'Echo: m');
  });

  it('that is not there says so', async () => {
    const port = await freePort();
    const home = await house({ remote: { url: `http://127.0.0.1:${port}/mcp` } });
    await assert.rejects(home.connect('remote'), /no MCP server answers at its URL/);
  });
});
