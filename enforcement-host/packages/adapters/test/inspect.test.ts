import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import type { JsonObject } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import { inspectMcpFileCall, type FileInspection } from '../src/index.js';
import { newFolder, removeFolders } from './support/folder.js';

const require = createRequire(import.meta.url);
const SERVER = path.join(
  path.dirname(require.resolve('@modelcontextprotocol/server-filesystem/package.json')),
  'dist/index.js',
);

describe('inspectMcpFileCall', () => {
  let workspace: string;

  beforeEach(async () => {
    workspace = path.join(await newFolder(), 'work');
    await mkdir(path.join(workspace, 'src'), { recursive: true });
    await writeFile(path.join(workspace, 'src', 'a.ts'), 'one\ntwo\nthree\n');
  });
  afterEach(removeFolders);

  const at = (...parts: string[]): string => path.join(workspace, ...parts);

  function inspect(tool: string, args: JsonObject): Promise<FileInspection | undefined> {
    return inspectMcpFileCall({ workspace, tool, arguments: args });
  }

  it('finds the paths of every tool of server-filesystem', async () => {
    const touched = async (tool: string, args: JsonObject): Promise<string[] | undefined> =>
      (await inspect(tool, args))?.paths;
    for (const tool of [
      ...['read_file', 'read_text_file', 'read_media_file', 'get_file_info'],
      ...['list_directory', 'list_directory_with_sizes', 'directory_tree', 'search_files'],
    ]) {
      assert.deepEqual(await touched(tool, { path: at('src/../src/a.ts') }), ['src/a.ts'], tool);
    }
    const paths = [at('src/a.ts'), 'src/b.ts', '../x'];
    assert.deepEqual(await touched('read_multiple_files', { paths }), [
      'src/a.ts',
      'src/b.ts',
      path.join(workspace, '../x'),
    ]);
    assert.deepEqual(await touched('create_directory', { path: 'new/deep' }), ['new/deep']);
    assert.deepEqual(await touched('write_file', { path: 'n', content: '' }), ['n']);
    assert.deepEqual(await touched('edit_file', { path: 'src/a.ts', edits: [] }), ['src/a.ts']);
    const move = { source: 'src/a.ts', destination: 'b.ts' };
    assert.deepEqual(await touched('move_file', move), ['src/a.ts', 'b.ts']);
    assert.equal(await touched('list_allowed_directories', {}), undefined);
  });

  it('pins nothing for a read', async () => {
    assert.deepEqual(await inspect('read_text_file', { path: 'src/a.ts' }), {
      paths: ['src/a.ts'],
      pins: [],
    });
  });

  it('finds paths in the arguments of any other tool, however deep', async () => {
    const uri = pathToFileURL(at('src/a b.ts')).href;
    const found = await inspect('format', {
      file: 'src/a.ts',
      filePath: 'b',
      file_path: 'c',
      uri,
      files: ['d', { path: 'e' }],
      nested: [{ options: { source: 'f' } }],
      pattern: 'not/a/path',
      count: 3,
    });
    assert.deepEqual(found?.paths.sort(), ['b', 'c', 'd', 'e', 'f', 'src/a b.ts', 'src/a.ts']);
    assert.equal(
      await inspect('search', { query: '../../etc/passwd', uri: 'https://x.example/' }),
      undefined,
    );
    assert.deepEqual((await inspect('open', { path: uri }))?.paths, ['src/a b.ts']);
  });

  it('refuses a call whose paths are not certain', async () => {
    const refusals: [string, JsonObject][] = [
      ['read_file', { path: 'a\0b' }],
      ['read_file', { path: '~/.ssh/id_rsa' }],
      ['read_multiple_files', { paths: ['src/a.ts', 'a\\b'] }],
      ['anything', { nested: { path: 'a\n/../.env' } }],
      ['anything', { uri: 'file://elsewhere/etc/passwd' }],
      ['anything', { uri: 'file:///a%2Fb' }],
      ['anything', { paths: Array.from({ length: 1001 }, (_, i) => `f${i}`) }],
      ['write_file', { path: 7, content: '' }],
      ['write_file', { content: '' }],
      ['write_file', { path: 'src', content: '' }],
      ['move_file', { source: 'src/a.ts' }],
    ];
    for (const [tool, args] of refusals) {
      await assert.rejects(
        inspect(tool, args),
        { code: 'UPSTREAM_REFUSED' },
        JSON.stringify(args).slice(0, 80),
      );
    }
    const deep = JSON.parse(`${'{"a":'.repeat(40)}{"path":"../x"}${'}'.repeat(40)}`) as JsonObject;
    await assert.rejects(inspect('anything', deep), { code: 'UPSTREAM_REFUSED' });
    execFileSync('mkfifo', [at('pipe')]);
    await assert.rejects(inspect('read_file', { path: 'pipe' }), { code: 'UPSTREAM_REFUSED' });
    await assert.rejects(inspect('write_file', { path: 'pipe', content: '' }), {
      code: 'UPSTREAM_REFUSED',
    });
  });

  it('shows and pins exactly what write_file replaces', async () => {
    assert.deepEqual(await inspect('write_file', { path: 'src/a.ts', content: 'new' }), {
      paths: ['src/a.ts'],
      pins: [{ kind: 'file', subject: at('src/a.ts'), digest: sha256('one\ntwo\nthree\n') }],
      changes: [{ path: 'src/a.ts', before: 'one\ntwo\nthree\n', after: 'new' }],
    });
    assert.deepEqual(await inspect('write_file', { path: 'b.ts', content: 'new' }), {
      paths: ['b.ts'],
      pins: [{ kind: 'file', subject: at('b.ts'), digest: 'absent' }],
      changes: [{ path: 'b.ts', after: 'new' }],
    });
  });

  it('pins the file behind a link, under its own name', async () => {
    await symlink('src/a.ts', at('alias'));
    const found = await inspect('write_file', { path: 'alias', content: 'x' });
    assert.deepEqual(found?.paths, ['src/a.ts']);
    assert.equal(found?.pins[0]?.subject, at('src/a.ts'));
  });

  it('shows edits that stand exactly once, applied in order', async () => {
    const edits = [
      { oldText: 'two', newText: '$& 2' },
      { oldText: '2\nthree', newText: '3' },
    ];
    const found = await inspect('edit_file', { path: 'src/a.ts', edits });
    assert.deepEqual(found?.changes, [
      { path: 'src/a.ts', before: 'one\ntwo\nthree\n', after: 'one\n$& 3\n' },
    ]);
  });

  it('says why where an edit is not certain, and still pins', async () => {
    await writeFile(at('crlf'), 'one\r\ntwo\r\n');
    await writeFile(at('binary'), new Uint8Array([1, 0, 2]));
    await writeFile(at('latin1'), new Uint8Array([0xe9]));
    await writeFile(at('large'), 'x'.repeat(1024 * 1024 + 1));
    const edit = (oldText: unknown, newText: unknown = 'x') => [{ oldText, newText }] as never;
    const cases: [JsonObject, RegExp][] = [
      [
        { path: 'src/a.ts', edits: edit('e') },
        /edit 1: its old text stands in the file several times/,
      ],
      [{ path: 'src/a.ts', edits: edit('  one') }, /does not stand in the file verbatim/],
      [{ path: 'src/a.ts', edits: edit('') }, /empty/],
      [{ path: 'src/a.ts', edits: edit('one', 'a\r\n') }, /carriage return/],
      [{ path: 'src/a.ts', edits: edit(1) }, /must be texts/],
      [{ path: 'src/a.ts', edits: ['x'] }, /not an object/],
      [{ path: 'src/a.ts', edits: 'x' }, /not a list/],
      [{ path: 'src/a.ts', edits: edit('one'), dryRun: true }, /dry run/],
      [{ path: 'crlf', edits: edit('one') }, /CRLF/],
      [{ path: 'missing', edits: edit('one') }, /does not exist/],
      [{ path: 'binary', edits: edit('one') }, /not text/],
      [{ path: 'latin1', edits: edit('one') }, /not text/],
      [{ path: 'large', edits: edit('one') }, /larger than 1 MiB/],
    ];
    for (const [args, why] of cases) {
      const found = await inspect('edit_file', args);
      assert.equal(found?.changes, undefined);
      assert.match(found?.note ?? '', why);
      assert.match(found?.note ?? '', /^no exact diff can be shown.*The whole payload/);
      assert.equal(found?.pins.length, 1);
    }
    const overwrite = await inspect('write_file', { path: 'binary', content: 'x' });
    assert.match(overwrite?.note ?? '', /not text/);
    assert.match((await inspect('write_file', { path: 'x' }))?.note ?? '', /no content/);
  });

  it('shows a move as one file gone and one come', async () => {
    const args = { source: 'src/a.ts', destination: 'b.ts' };
    const found = await inspect('move_file', args);
    assert.deepEqual(found?.changes, [
      { path: 'src/a.ts', before: 'one\ntwo\nthree\n' },
      { path: 'b.ts', after: 'one\ntwo\nthree\n' },
    ]);
    assert.deepEqual(
      found?.pins.map(({ digest }) => digest),
      [sha256('one\ntwo\nthree\n'), 'absent'],
    );
    const folder = await inspect('move_file', { source: 'src', destination: 'lib' });
    assert.match(folder?.note ?? '', /a folder is moved/);
    const missing = await inspect('move_file', { source: 'x', destination: 'y' });
    assert.match(missing?.note ?? '', /source does not exist/);
    await writeFile(at('b.ts'), 'b');
    assert.match((await inspect('move_file', args))?.note ?? '', /destination exists/);
  });

  it('pins that a new folder is new', async () => {
    const found = await inspect('create_directory', { path: 'new' });
    assert.deepEqual(found?.pins, [{ kind: 'file', subject: at('new'), digest: 'absent' }]);
    assert.deepEqual((await inspect('create_directory', { path: 'src' }))?.pins, []);
  });

  describe('beside the real server-filesystem', () => {
    it('takes a relative path to where the server takes it', async function () {
      this.timeout(90_000);
      const other = await newFolder();
      const setups = [
        { folders: [workspace], cwd: workspace },
        { folders: [other], cwd: workspace },
        { folders: [other, workspace], cwd: other },
        { folders: ['src'], cwd: workspace },
        { folders: ['missing', '.'], cwd: workspace },
      ];
      for (const { folders, cwd } of setups) {
        const server = { command: process.execPath, args: [SERVER, ...folders], cwd };
        for (const raw of ['fresh.txt', './x/../fresh.txt']) {
          const call = {
            workspace,
            tool: 'write_file',
            arguments: { path: raw, content: raw },
            server,
          };
          const found = await inspectMcpFileCall(call);
          await callServer(server, raw);
          const subject = found?.pins[0]?.subject ?? '';
          assert.equal(await readFile(subject, 'utf8'), raw, JSON.stringify({ folders, cwd, raw }));
          await writeFile(subject, '');
        }
      }
    });

    it('knows it by the ways it is started, and another server by its working folder', async () => {
      const other = await newFolder();
      const base = async (command: string, ...args: string[]): Promise<string | undefined> => {
        const server = { command, args, cwd: workspace };
        const call = {
          workspace,
          tool: 'write_file',
          arguments: { path: 'f', content: '' },
          server,
        };
        return (await inspectMcpFileCall(call))?.pins[0]?.subject;
      };
      const inOther = path.join(other, 'f');
      assert.equal(
        await base('npx', '-y', '@modelcontextprotocol/server-filesystem', other),
        inOther,
      );
      assert.equal(
        await base('npx', '@modelcontextprotocol/server-filesystem@2026.8.31', other),
        inOther,
      );
      assert.equal(await base('mcp-server-filesystem', other), inOther);
      assert.equal(await base('node', SERVER, other), inOther);
      assert.equal(await base('some-server', other), at('f'));
      await assert.rejects(base('mcp-server-filesystem', '~/x'), { code: 'UPSTREAM_REFUSED' });
    });

    it('tells the outcome of an edit as the server leaves it', async () => {
      const server = { command: process.execPath, args: [SERVER, workspace], cwd: workspace };
      const edits = [
        { oldText: 'one\n', newText: '1 $1 $& $$\n' },
        { oldText: 'three', newText: '' },
      ];
      const args = { path: at('src/a.ts'), edits };
      const found = await inspectMcpFileCall({
        workspace,
        tool: 'edit_file',
        arguments: args,
        server,
      });
      await callServer(server, { name: 'edit_file', arguments: args });
      assert.equal(found?.changes?.[0]?.after, await readFile(at('src/a.ts'), 'utf8'));
    });
  });
});

/** Calls one tool of a server over stdio; a path alone is written to, with itself as content. */
async function callServer(
  server: { command: string; args: string[]; cwd: string },
  call: string | { name: string; arguments: JsonObject },
): Promise<void> {
  const params =
    typeof call === 'string'
      ? { name: 'write_file', arguments: { path: call, content: call } }
      : call;
  const child = spawn(server.command, server.args, {
    cwd: server.cwd,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'test', version: '1' };
  send({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, result } = JSON.parse(line) as { id?: number; result?: { isError?: boolean } };
    if (id === 1) {
      send({ method: 'notifications/initialized' });
      send({ id: 2, method: 'tools/call', params });
    }
    if (id === 2) {
      assert.ok(!result?.isError, line);
      break;
    }
  }
  child.kill('SIGKILL');
}
