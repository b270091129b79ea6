import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
  type LoggingMessageNotification,
} from '@modelcontextprotocol/sdk/types.js';

import { McpError } from '@modelcontextprotocol/sdk/types.js';

import { anyObject } from '../src/json.js';
import {
  CHANGING,
  closeAll,
  direct,
  EVERYTHING,
  filesystem,
  house,
  textOf,
  until,
} from './support/setup.js';

describe('a session looks like its server', () => {
  afterEach(closeAll);

  it('lists the tools of server-everything untouched', async () => {
    const through = await (await house({ everything: EVERYTHING })).connect('everything');
    const itself = await direct(EVERYTHING);
    const list = { method: 'tools/list' };
    const [ours, theirs] = await Promise.all([
      through.request(list, anyObject),
      itself.request(list, anyObject),
    ]);
    assert.deepEqual(ours, theirs);
    assert.ok(Array.isArray(ours['tools']) && ours['tools'].length > 5);
  });

  it('lists the tools of server-filesystem untouched', async () => {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'axtary-mcp-')));
    const through = await (await house({ files: filesystem(folder) })).connect('files');
    const itself = await direct(filesystem(folder));
    assert.deepEqual(await through.listTools(), await itself.listTools());
    await writeFile(path.join(folder, 'a.txt'), 'content of a');
    const result = await through.callTool({
      name: 'read_text_file',
      arguments: { path: path.join(folder, 'a.txt') },
    });
    assert.equal(textOf(result), 'content of a');
    await rm(folder, { recursive: true });
  });

  it('gives name, version and instructions of its upstream, and the capabilities that it serves', async () => {
    const through = await (await house({ everything: EVERYTHING })).connect('everything');
    const itself = await direct(EVERYTHING);
    assert.deepEqual(through.getServerVersion(), itself.getServerVersion());
    assert.equal(through.getInstructions(), itself.getInstructions());
    const { tasks, ...served } = itself.getServerCapabilities() ?? {};
    assert.ok(tasks);
    assert.deepEqual(through.getServerCapabilities(), served);
  });

  it('passes resources, templates, prompts and completions through', async () => {
    const through = await (await house({ everything: EVERYTHING })).connect('everything');
    const itself = await direct(EVERYTHING);
    assert.deepEqual(await through.listResources(), await itself.listResources());
    assert.deepEqual(await through.listResourceTemplates(), await itself.listResourceTemplates());
    assert.deepEqual(await through.listPrompts(), await itself.listPrompts());
    const { resources } = await itself.listResources();
    const uri = resources[0]?.uri ?? '';
    assert.deepEqual(await through.readResource({ uri }), await itself.readResource({ uri }));
    const prompt = { name: 'simple-prompt' };
    assert.deepEqual(await through.getPrompt(prompt), await itself.getPrompt(prompt));
    const completion = {
      ref: { type: 'ref/prompt' as const, name: 'completable-prompt' },
      argument: { name: 'department', value: 'E' },
    };
    const completed = await through.complete(completion);
    assert.deepEqual(completed, await itself.complete(completion));
    assert.ok(completed.completion.values.length > 0);
  });

  it('passes what it does not know of through: results, errors and pages', async () => {
    const through = await (await house({ changing: CHANGING })).connect('changing');
    const itself = await direct(CHANGING);
    const page = { method: 'tools/list', params: { cursor: '4' } };
    assert.deepEqual(await through.request(page, anyObject), await itself.request(page, anyObject));
    const first = await through.request({ method: 'tools/list' }, anyObject);
    assert.equal(first['nextCursor'], '4');
    assert.match(JSON.stringify(first), /"x-vendor":\{"kept":true\}/);
    const call = { method: 'tools/call', params: { name: 'greet', arguments: { name: 'Ada' } } };
    const result = await through.request(call, anyObject);
    assert.deepEqual(result, await itself.request(call, anyObject));
    assert.deepEqual(result['x-extra'], { n: 1 });
  });

  it('answers errors of the upstream as the upstream did', async () => {
    const through = await (await house({ everything: EVERYTHING })).connect('everything');
    const itself = await direct(EVERYTHING);
    const missing = { uri: 'demo://nowhere/1' };
    const error = async (work: Promise<unknown>): Promise<McpError> => {
      const [settled] = await Promise.allSettled([work]);
      assert.ok(settled.status === 'rejected' && settled.reason instanceof McpError);
      return settled.reason;
    };
    const [ours, theirs] = [
      await error(through.readResource(missing)),
      await error(itself.readResource(missing)),
    ];
    assert.equal(ours.code, theirs.code);
    assert.equal(ours.message, theirs.message);
  });

  it('does not know methods that it does not pass through', async () => {
    const through = await (await house({ everything: EVERYTHING })).connect('everything');
    await assert.rejects(through.request({ method: 'tasks/list' }, anyObject), { code: -32601 });
    await assert.rejects(through.request({ method: 'x/reached' }, anyObject), { code: -32601 });
    const changing = await (await house({ changing: CHANGING })).connect('changing');
    await assert.rejects(changing.request({ method: 'prompts/list' }, anyObject), { code: -32601 });
    await changing.ping();
  });

  it('passes progress of a call on, in order and with its values', async () => {
    const through = await (await house({ everything: EVERYTHING })).connect('everything');
    const seen: unknown[] = [];
    const result = await through.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
      undefined,
      { onprogress: (progress) => seen.push(progress) },
    );
    assert.match(textOf(result), /completed/);
    assert.deepEqual(
      seen,
      [1, 2, 3, 4].map((progress) => ({ progress, total: 4 })),
    );
  });

  it('tells every session that the tools changed', async () => {
    const { connect } = await house({ changing: CHANGING });
    const [one, two] = [await connect('changing'), await connect('changing')];
    const told = [one, two].map(
      (client) =>
        new Promise<void>((resolve) => {
          client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
        }),
    );
    await one.callTool({ name: 'change', arguments: {} });
    await Promise.all(told);
  });

  it('passes log messages from the level that a session asked for', async () => {
    const { connect } = await house({ everything: EVERYTHING });
    const [loud, quiet] = [await connect('everything'), await connect('everything')];
    const heard: LoggingMessageNotification[] = [];
    const overheard: LoggingMessageNotification[] = [];
    loud.setNotificationHandler(LoggingMessageNotificationSchema, (n) => void heard.push(n));
    quiet.setNotificationHandler(LoggingMessageNotificationSchema, (n) => void overheard.push(n));
    await loud.setLoggingLevel('debug');
    await quiet.setLoggingLevel('emergency');
    await loud.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    await until(() => heard.length > 0);
    assert.ok(heard.every(({ params }) => typeof params.data === 'string'));
    assert.ok(overheard.every(({ params }) => params.level === 'emergency'));
  });

  it('tells of an updated resource only who subscribed to it', async () => {
    const { connect, upstreams } = await house({ everything: EVERYTHING });
    const [subscriber, other] = [await connect('everything'), await connect('everything')];
    const uri = 'demo://resource/dynamic/text/1';
    const told: string[] = [];
    const untold: string[] = [];
    subscriber.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      (n) => void told.push(n.params.uri),
    );
    other.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      (n) => void untold.push(n.params.uri),
    );
    await subscriber.subscribeResource({ uri });
    await subscriber.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
    await until(() => told.length > 0);
    assert.deepEqual([...new Set(told)], [uri]);
    assert.deepEqual(untold, []);
    await subscriber.unsubscribeResource({ uri });
    assert.equal(upstreams.get('everything').shared.isSubscribed(subscriber, uri), false);
  });
});
