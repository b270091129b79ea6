import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { CommandSigner, parsePublicKey, type CommandSignerOptions } from '../../src/index.js';
import { assertFails, assertSigns } from './support.js';

const digestProgram = fileURLToPath(new URL('digest-program.ts', import.meta.url));

// Contract-tested: the program is a real process, and stands for the tool of a token or an HSM.

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { jwk: publicJwk } = parsePublicKey(key.publicKey);
const pem = String(key.privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** Reads stdin, signs it, writes the signature as `form`. */
const PROGRAM = `
  const { sign, createPrivateKey } = require('node:crypto');
  const [pem, form] = process.argv.slice(1);
  const input = require('node:fs').readFileSync(0);
  const key = createPrivateKey(pem);
  const raw = form.startsWith('raw');
  const signing = raw ? { key, dsaEncoding: 'ieee-p1363' } : key;
  const signature = sign('sha256', input, signing);
  const encoding = form.split(' ')[1];
  process.stdout.write(encoding ? signature.toString(encoding) + '\\n' : signature);
`;

function command(program: string, args: readonly string[] = []): CommandSignerOptions['argv'] {
  return [process.execPath, '-e', program, '--', ...args];
}

function custodian(changes: Partial<CommandSignerOptions> = {}): CommandSigner {
  const argv = command(PROGRAM, [pem, 'der']);
  return new CommandSigner({ argv, publicJwk, timeoutMs: 10_000, ...changes });
}

async function failure(
  program: string,
  code: string,
  changes: Partial<CommandSignerOptions> = {},
): Promise<void> {
  const signer = await custodian({ argv: command(program, ['s3cret']), ...changes }).signer();
  await assertFails(Promise.resolve(signer.sign('a.b')), code, ['s3cret']);
}

describe('CommandSigner', function () {
  this.timeout(30_000);

  for (const form of ['der', 'der base64', 'raw', 'raw base64', 'raw base64url', 'der base64url']) {
    it(`takes a signature as ${form}`, async () => {
      const argv = command(PROGRAM, [pem, form]);
      await assertSigns(await custodian({ argv }).signer());
    });
  }

  it('hands over the digest instead of the signing input', async () => {
    const argv = [process.execPath, '--import', 'tsx', digestProgram, pem] as const;
    await assertSigns(await custodian({ argv, stdin: 'digest' }).signer());
  });

  it('lets no signature through that is not by its key over this input', async () => {
    await failure(`process.stdout.write(Buffer.alloc(64))`, 'KEY_MISMATCH');
    await failure(`console.log('A'.repeat(86))`, 'KEY_MISMATCH');
    await failure(`console.log('Enter PIN:')`, 'KEY_MISMATCH');
    await failure(``, 'KEY_MISMATCH');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const otherPem = String(other.export({ type: 'pkcs8', format: 'pem' }));
    const argv = command(PROGRAM, [otherPem, 'der']);
    const signer = await custodian({ argv }).signer();
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_MISMATCH');
  });

  it('says KEY_REFUSED when the program fails, and nothing that it wrote', async () => {
    const leak = `console.error(process.argv[1]); console.log(process.argv[1]);`;
    await failure(`${leak} process.exit(3)`, 'KEY_REFUSED');
    await failure(`${leak} process.kill(process.pid, 'SIGTERM')`, 'KEY_REFUSED');
  });

  it('takes no signature of a program that fails after it', async () => {
    const argv = command(`${PROGRAM}; process.exitCode = 1`, [pem, 'der']);
    const signer = await custodian({ argv }).signer();
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_REFUSED');
  });

  it('says KEY_RESPONSE_INVALID when it writes too much', async () => {
    const endless = `const w = () => process.stdout.write('x'.repeat(1024), w); w()`;
    await failure(endless, 'KEY_RESPONSE_INVALID');
  });

  it('says KEY_UNAVAILABLE when it cannot be started', async () => {
    const argv = ['/nonexistent/signer', 's3cret'] as const;
    const signer = await custodian({ argv }).signer();
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_UNAVAILABLE', ['s3cret']);
  });

  it('does not wait for a program that never reads', async () => {
    await failure(`process.stdin.destroy()`, 'KEY_MISMATCH');
  });

  it('kills what is too slow, with all that it started', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = await mkdtemp(path.join(tmpdir(), 'axtary-command-'));
    const pidFile = path.join(folder, 'pid');
    await writeFile(pidFile, '');
    // Its child writes its pid and holds stdout open for ever.
    const child = `require('node:fs').writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)`;
    const parent = `require('node:child_process').spawn(process.execPath, ['-e', process.argv[1], '--', process.argv[2]], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
    const argv = command(parent, [child, pidFile]);
    const signer = await custodian({ argv, timeoutMs: 2000 }).signer();
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_TIMEOUT');
    const pid = Number(await readFile(pidFile, 'utf8'));
    assert.ok(pid > 0, 'the child had started');
    await assertGone(pid);
    await rm(folder, { recursive: true });
  });

  it('ends with its signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const argv = command(`setInterval(() => {}, 1000)`);
    const signer = await custodian({ argv, signal }).signer();
    const signing = Promise.resolve(signer.sign('a.b'));
    controller.abort();
    await assertFails(signing, 'KEY_ABORTED');
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_ABORTED');
  });

  it('gives the program the environment it is told, and no shell', async () => {
    const program = `process.exit(process.env.PIN === '1234' && !process.env.HOME && process.argv[1] === '$(id); *' ? 7 : 1)`;
    const argv = command(program, ['$(id); *']);
    const signer = await custodian({ argv, env: { PIN: '1234' } }).signer();
    await assert.rejects(Promise.resolve(signer.sign('a.b')), /ended with 7/);
  });

  it('takes an absolute path and a public key only', () => {
    assert.throws(() => custodian({ argv: ['openssl'] }), TypeError);
    assert.throws(() => custodian({ argv: ['./sign'] }), TypeError);
    const jwk = key.privateKey.export({ format: 'jwk' });
    assert.throws(() => custodian({ publicJwk: jwk as never }), TypeError);
  });
});

/** Resolves once a process has ended; the test's time limit is its bound. */
async function assertGone(pid: number): Promise<void> {
  for (;;) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const isThere =
      process.platform === 'linux' ? state !== '' && !state.includes(') Z') : isAlive(pid);
    if (!isThere) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
