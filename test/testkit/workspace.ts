import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { REPOSITORY, packageFile, temporaryFolder } from './folders.js';

const FILESYSTEM = packageFile('@modelcontextprotocol', 'server-filesystem', 'dist', 'index.js');
const COUNTING_SERVER = path.join(REPOSITORY, 'test', 'testkit', 'servers', 'counting-server.mjs');

/** The name of the server of `countingPolicyText`, and the file in the workspace that it writes. */
export const COUNTING = 'counting';
export const COUNTED = 'counted.txt';

export interface TestWorkspace {
  readonly folder: string;
  readonly state: string;
  file(name: string): string;
  remove(): void;
}

/** A policy for a workspace with a real file-system server: reads run, writes ask, guards deny. */
export function policyText(folder: string, more = ''): string {
  const server = { name: 'filesystem', args: [FILESYSTEM, folder] };
  return `${policyHead('coding-agent', server)}${more}`;
}

/** A policy with a real file-system server whose every call runs; its rule `files` comes last. */
export function allowingPolicyText(folder: string): string {
  return allowingText('files', { name: 'filesystem', args: [FILESYSTEM, folder] });
}

/** A policy with a server that writes down each call that it executes; every call runs. */
export function countingPolicyText(): string {
  return allowingText('counting', { name: COUNTING, args: [COUNTING_SERVER, COUNTED] });
}

interface Server {
  readonly name: string;
  readonly args: readonly string[];
}

function allowingText(rule: string, server: Server): string {
  return `${policyHead('none', server)}policies:
  - id: ${rule}
    effect: allow
    match: { tool: mcp.tool.call, resource: "mcp:${server.name}/*" }
`;
}

function policyHead(preset: string, server: Server): string {
  return `version: 1
preset: ${preset}
tenant: org:test
human: user:dev@test
servers:
  ${server.name}:
    command: ${JSON.stringify(process.execPath)}
    args: ${JSON.stringify(server.args)}
`;
}

/** A folder with an axtary.yml and two files, and a state folder for an enforcement host. */
export function createWorkspace(policy: (folder: string) => string = policyText): TestWorkspace {
  const root = temporaryFolder('ws');
  const folder = path.join(root.path, 'project');
  mkdirSync(path.join(folder, 'src'), { recursive: true });
  writeFileSync(path.join(folder, 'src', 'app.txt'), 'one\ntwo\nthree\n');
  writeFileSync(path.join(folder, '.env'), 'SECRET=1\n');
  writeFileSync(path.join(folder, 'axtary.yml'), policy(folder));
  return {
    folder,
    state: path.join(root.path, 'state'),
    file: (name) => path.join(folder, name),
    remove: root.remove,
  };
}
