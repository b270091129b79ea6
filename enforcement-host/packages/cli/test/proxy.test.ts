import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { sha256 } from '@axtary/core/digest';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { connectTo, createProxiedFolder, interrupt, type ProxiedFolder } from './proxied-folder.js';
import { assertBuilt, BIN, cli, ending, HOST_BUNDLE, start, untilGone } from './support.js';

describe('axtary proxy', () => {
  let folder: ProxiedFolder;

  before(() => assertBuilt(HOST_BUNDLE));
  beforeEach(async () => {
    folder = await createProxiedFolder();
  });
  afterEach(() => folder.remove());

  it('serves the MCP servers of the policy with its bearer, and to "axtary mcp"', async () => {
    const announced = await folder.proxy();
    assert.ok(announced.enrolmentCode.length >= 16);
    const http = await connectTo(announced);
    const stdio = new Client({ name: 'stdio', version: '1' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [BIN, 'mcp', '--server', 'files', '--state', path.join(folder.path, 'state')],
      cwd: folder.path,
    });
    await stdio.connect(transport);
    assert.deepEqual(await stdio.listTools(), await http.listTools());
    const read = { name: 'read_text_file', arguments: { path: 'note.txt' } };
    assert.match(JSON.stringify(await stdio.callTool(read)), /a note/);
    const secret = { name: 'read_text_file', arguments: { path: '.env' } };
    assert.match(JSON.stringify(await stdio.callTool(secret)), /POLICY_DENIED/);
    await Promise.all([http.close(), stdio.close()]);
    assert.equal((await cli(['ledger', 'verify'], { cwd: folder.path })).code, 3);
  });

  it('refuses a server that the policy does not name, over stdio', async () => {
    await folder.proxy();
    const client = new Client({ name: 'stdio', version: '1' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [BIN, 'mcp', '--server', 'other', '--state', path.join(folder.path, 'state')],
      stderr: 'ignore',
      cwd: folder.path,
    });
    await assert.rejects(client.connect(transport), /no MCP server of this name/);
    await client.close();
  });

  it('stops with the enforcement host when it is interrupted', async () => {
    const { pid } = await folder.proxy();
    const [child] = folder.running;
    assert.ok(child);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    const exported = await cli(['attest-ledger', '--out', 'e.jsonl'], { cwd: folder.path });
    assert.equal(exported.code, 0, exported.stderr);
    assert.equal((await cli(['verify-export', 'e.jsonl'], { cwd: folder.path })).code, 3);
  });

  it('keeps payloads for so long as it is told', async () => {
    const [where = ''] = (await cli(['ledger', 'path'], { cwd: folder.path })).stdout.split('\n');
    const hex = sha256('{}').slice('sha256:'.length);
    const payload = path.join(path.dirname(where), 'payloads', hex.slice(0, 2), hex);
    await mkdir(path.dirname(payload), { recursive: true });
    await writeFile(payload, '{}');
    await utimes(payload, 0, 0);
    await folder.proxy('--payload-days', '36500');
    assert.ok(existsSync(payload));
    for (const child of folder.running.splice(0)) await interrupt(child);
    await folder.proxy('--payload-days', '2', '--payload-megabytes', '5');
    await untilGone(payload);
    for (const wrong of ['0', '-1', '1.5', 'all']) {
      const { code } = await cli(['proxy', '--payload-days', wrong], { cwd: folder.path });
      assert.equal(code, 2, wrong);
    }
  });

  it('notices when the enforcement host dies', async () => {
    const { pid } = await folder.proxy();
    const [child] = folder.running;
    assert.ok(child);
    process.kill(pid, 'SIGKILL');
    const { code, stderr } = await ending(child);
    assert.equal(code, 1);
    assert.match(stderr, /ended \(SIGKILL\)/);
  });

  it('says what to do when one serves this state already', async () => {
    await folder.proxy();
    const { code, stderr } = await cli(['proxy', '--policy-trust', 'file'], { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(stderr, /already serves.*--state/s);
  });

  it('prints what is wrong with the policy, and starts nothing', async () => {
    await writeFile(path.join(folder.path, 'axtary.yml'), 'version: 1\nserver: {}\n');
    const { code, stderr } = await cli(['proxy'], { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(stderr, /axtary\.yml:2:1: error: .*\n.*nothing was started/);
    await assert.rejects(readFile(path.join(folder.path, 'state', 'host.log')), { code: 'ENOENT' });
  });

  it('says how to get a policy where there is none', async () => {
    const { code, stderr } = await cli(['proxy', '--config', 'no.yml'], { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(stderr, /there is no .*no\.yml; "axtary init" writes one/);
  });

  /** What it prints for people, up to the last line. */
  async function announcement(...args: string[]): Promise<string> {
    const child = start(['proxy', ...args], { cwd: folder.path });
    folder.running.push(child);
    let text = '';
    child.stdout.setEncoding('utf8');
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      if (text.includes('Ctrl-C')) break;
    }
    return text;
  }

  it('prints where clients connect, for people', async () => {
    const text = await announcement('--policy-trust', 'file');
    assert.match(text, /http:\/\/127\.0\.0\.1:\d+\/mcp\/ws_[0-9a-f]{16}\/files/);
    assert.match(text, /Authorization: Bearer \S{43}/);
    assert.match(text, /enrolment code {2}\S{16,}/);
  });

  it('serves nothing of a policy that nobody has trusted, and says what to do', async () => {
    const text = await announcement();
    assert.match(text, /nobody has trusted this policy yet.*--policy-trust file/s);
    assert.doesNotMatch(text, /Bearer|http:/);
  });

  it('takes the enforcement host with it when it is killed', async () => {
    const { pid } = await folder.proxy();
    const [child] = folder.running;
    assert.ok(child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    // It stops by itself: its input has ended. The state is free for the next one then.
    for (;;) {
      const next = await cli(['ledger', 'verify'], { cwd: folder.path });
      assert.equal(next.code, 3, next.stderr);
      if (!isAlive(pid)) return;
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
