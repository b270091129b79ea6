import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';

import { startHost } from '../src/host/process.js';

const start = { enrolmentCode: 'a-code-that-is-long-enough' };

function program(script: string, timeoutMs = 10_000): Parameters<typeof startHost>[0] {
  const env = { PATH: process.env['PATH'], NODE_OPTIONS: '--invalid', VSCODE_IPC_HOOK: 'x' };
  const args = ['-e', script];
  return { command: process.execPath, args, env, cwd: tmpdir(), timeoutMs };
}

describe('starting the enforcement host', () => {
  it('hands over the code on standard input and waits for the line that says ready', async () => {
    const script = `
      let input = '';
      process.stdin.on('data', (chunk) => (input += chunk)).on('end', () => {
        const { enrolmentCode } = JSON.parse(input);
        const isClean = process.env.ELECTRON_RUN_AS_NODE === '1' && !process.env.VSCODE_IPC_HOOK;
        console.log(JSON.stringify({ ready: true, pid: process.pid, version: enrolmentCode + isClean }));
      });`;
    const ready = await startHost(program(script), start);
    assert.equal(ready.version, `${start.enrolmentCode}true`);
  });

  it('leaves it running', async () => {
    const script = `
      console.log(JSON.stringify({ ready: true, pid: process.pid, version: '1' }));
      setInterval(() => {}, 1000);`;
    const { pid } = await startHost(program(script), start);
    assert.doesNotThrow(() => process.kill(pid, 0));
    process.kill(pid);
  });

  const failures = {
    'repeats what it answers instead of being ready': [
      `console.log(JSON.stringify({ ready: false, code: 'X', message: 'the folder is in use' }))`,
      /the folder is in use/,
    ],
    'repeats what it wrote to standard error': [
      `console.error('cannot bind'); process.exitCode = 3`,
      /exit code 3[^]*cannot bind/,
    ],
    'does not take another answer for ready': [
      `console.log('{"ready":true}')`,
      /answer is unknown/,
    ],
    'does not take text for an answer': [`console.log('hello')`, /did not start/],
  } as const;
  for (const [what, [script, message]] of Object.entries(failures)) {
    it(what, async () => {
      await assert.rejects(startHost(program(script), start), {
        code: 'HOST_START_FAILED',
        message,
      });
    });
  }

  it('ends one that is not ready in time', async () => {
    await assert.rejects(startHost(program('setInterval(() => {}, 1000)', 300), start), {
      code: 'HOST_START_FAILED',
      message: /not ready after 300 ms/,
    });
  });

  it('says so when there is no such program', async () => {
    const missing = { ...program(''), command: '/nowhere/node' };
    await assert.rejects(startHost(missing, start), {
      code: 'HOST_START_FAILED',
      message: /ENOENT/,
    });
  });
});
