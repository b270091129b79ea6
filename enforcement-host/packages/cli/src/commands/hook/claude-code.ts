import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';

import type { CliContext } from '../../context.js';
import { agentEndpoint, defaultStateFolder } from '../../state-folder.js';
import { printable } from '../../terminal.js';
import { readClaudeInput, type Announced } from './claude-input.js';

/** Longest message of the gateway, and room for what a hook's input has around the arguments. */
const MAX_INPUT_BYTES = 5 * 1024 * 1024;
const MAX_ANSWER_LENGTH = 4096;
/** The call waits for its hook. */
const DEADLINE_MS = 2000;

/**
 * The PreToolUse hook of Claude Code: tells the enforcement host which sub-agent, if any, makes the
 * call that follows. It decides nothing, so it prints nothing and never fails: what it could not do
 * is one line on standard error, and the call is made as the agent itself.
 */
export async function claudeCodeHook(
  context: Pick<CliContext, 'terminal' | 'stdin' | 'env' | 'platform'>,
  state: string = defaultStateFolder(context),
): Promise<void> {
  const { stdin, terminal, platform } = context;
  try {
    const announced = readClaudeInput(await readAll(stdin));
    if (announced) await announce(announced, agentEndpoint(state, platform));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.warn(`axtary hook: not announced: ${printable(why).slice(0, MAX_ANSWER_LENGTH)}`);
  }
}

async function readAll(stdin: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_INPUT_BYTES) throw new Error(`the input is over ${MAX_INPUT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

// Without node:http, which takes long to load. HTTP/1.0, so that no answer comes in chunks.
async function announce({ folder, announcement }: Announced, socketPath: string): Promise<void> {
  const body = JSON.stringify(announcement);
  const head = [
    'POST /announce HTTP/1.0',
    'host: axtary',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-axtary-workspace: ${encodeURIComponent(workspaceAbove(folder))}`,
  ];
  const answer = await exchange(`${head.join('\r\n')}\r\n\r\n${body}`, socketPath);
  const [, status, text = ''] = /^HTTP\/1\.1 (\d{3}).*?(?:\r\n\r\n(.*))?$/s.exec(answer) ?? [];
  if (status === undefined) throw new Error('the enforcement host broke the connection off');
  if (status !== '204') throw new Error(`status ${status}: ${text}`);
}

/** Sends a request and reads the answer to its end. */
function exchange(request: string, socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(socketPath, () => socket.write(request));
    const deadline = setTimeout(() => {
      socket.destroy(new Error(`no answer within ${DEADLINE_MS} ms`));
    }, DEADLINE_MS);
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer = (answer + text).slice(0, MAX_ANSWER_LENGTH);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      reject(isAbsent ? new Error('the Axtary enforcement host is not running') : error);
    });
    socket.once('close', () => {
      clearTimeout(deadline);
      resolve(answer);
    });
  });
}

/** The session may have moved on into a folder of its workspace. */
function workspaceAbove(folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'axtary.yml'))) return at;
    if (path.dirname(at) === at) return folder;
  }
}
