import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { start, temporaryFolder } from './support.js';

const FILES = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
);

/** What `axtary proxy --json` prints once it serves. */
export interface Announced {
  readonly pid: number;
  readonly state: string;
  readonly enrolmentCode: string;
  readonly passKey?: string;
  readonly headless: readonly [
    { readonly bearer: string; readonly servers: readonly [{ readonly url: string }] },
  ];
}

/** A temporary folder with a policy that names a file-system server, and `note.txt`. */
export interface ProxiedFolder {
  readonly path: string;
  /** The proxies started for it, which end with it. */
  readonly running: ChildProcessWithoutNullStreams[];
  /** Serves the folder. */
  proxy(...args: string[]): Promise<Announced>;
  /** The same, with these variables in the environment of the command. */
  proxyWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Announced>;
  remove(): Promise<void>;
}

export async function createProxiedFolder(): Promise<ProxiedFolder> {
  const folder = await temporaryFolder();
  const running: ChildProcessWithoutNullStreams[] = [];
  const server = { command: process.execPath, args: [FILES, '.'] };
  const policy = JSON.stringify({ version: 1, servers: { files: server } });
  await writeFile(path.join(folder.path, 'axtary.yml'), policy);
  await writeFile(path.join(folder.path, 'note.txt'), 'a note');
  async function proxyWith(
    env: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<Announced> {
    const child = start(['proxy', '--policy-trust', 'file', '--json', ...args], {
      cwd: folder.path,
      env,
    });
    running.push(child);
    return announcedBy(child);
  }
  return {
    path: folder.path,
    running,
    proxyWith,
    proxy: (...args) => proxyWith({}, ...args),
    async remove() {
      for (const child of running.splice(0)) await interrupt(child);
      await folder.remove();
    },
  };
}

/** Ends a proxy as Ctrl-C does, if it runs still. */
export async function interrupt(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  await once(child, 'exit');
}

async function announcedBy(child: ChildProcessWithoutNullStreams): Promise<Announced> {
  let text = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.endsWith('\n}\n')) return JSON.parse(text) as Announced;
  }
  throw new Error(`no announcement: ${String(child.stderr.read())}`);
}

/** An MCP client of the file-system server, with the bearer that was announced. */
export async function connectTo({ headless: [{ bearer, servers }] }: Announced): Promise<Client> {
  const requestInit = { headers: { authorization: `Bearer ${bearer}` } };
  const client = new Client({ name: 'http', version: '1' });
  const url = new URL(servers[0].url);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
  return client;
}
