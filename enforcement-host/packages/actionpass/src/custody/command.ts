import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

import { parsePublicKey, type PublicKey } from '../keys/public-jwk.js';
import type { PublicJwk } from '../keys.js';
import {
  DEFAULT_TIMEOUT_MS,
  type CustodyLimits,
  type CustodySigner,
  type KeyCustodian,
} from './custodian.js';
import { KeyError } from './errors.js';
import { createRemoteSigner } from './remote-signer.js';

const MAX_BYTES = 4096;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

export interface CommandSignerOptions extends CustodyLimits {
  /** Absolute path of the program, and its arguments. No shell is involved. */
  readonly argv: readonly [program: string, ...rest: string[]];
  readonly publicJwk: PublicJwk;
  /** What goes to stdin: the signing input itself (default), or the 32 bytes of its SHA-256. */
  readonly stdin?: 'signing-input' | 'digest';
  /** All that the program sees of an environment; default: nothing. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A key that a program signs with: a hardware token's tool, an HSM client, a password manager. It
 * reads from stdin, writes the signature to stdout (R || S or DER, as bytes or in base64 or
 * base64url) and ends with 0. It is started for every signature, and killed with what it started
 * when it is too slow or writes too much.
 */
export class CommandSigner implements KeyCustodian {
  readonly #options: CommandSignerOptions;
  readonly #publicKey: PublicKey;

  /** @throws TypeError when the program is not an absolute path or the key not a public one. */
  constructor(options: CommandSignerOptions) {
    if (!path.isAbsolute(options.argv[0])) {
      throw new TypeError('the program of a command signer is an absolute path');
    }
    this.#options = options;
    this.#publicKey = parsePublicKey(options.publicJwk);
  }

  signer(): Promise<CustodySigner> {
    const { stdin = 'signing-input' } = this.#options;
    return Promise.resolve(
      createRemoteSigner(this.#publicKey, async ({ input, digest }) =>
        readings(await run(this.#options, stdin === 'digest' ? digest : input)),
      ),
    );
  }
}

/** What the output may mean: the bytes as they are, or what they spell. */
function readings(output: Buffer): Buffer[] {
  const text = output.toString('latin1').trim();
  return BASE64.test(text) ? [Buffer.from(text, 'base64'), output] : [output];
}

function run(options: CommandSignerOptions, stdin: Buffer): Promise<Buffer> {
  const { argv, env = {}, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const [program, ...args] = argv;
  if (signal?.aborted) return Promise.reject(aborted());
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it starts ends with it. Its stderr may hold a secret.
    const detached = process.platform !== 'win32';
    const child = spawn(program, args, { env, detached, stdio: ['pipe', 'pipe', 'ignore'] });
    const timer = setTimeout(() => stop(timedOut(timeoutMs)), timeoutMs);
    const abort = (): void => stop(aborted());
    signal?.addEventListener('abort', abort);

    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      child.removeAllListeners('close');
    }
    function stop(error: KeyError): void {
      settle();
      kill(child);
      reject(error);
    }

    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) stop(tooLong());
    });
    child.on('error', (cause) => {
      settle();
      reject(notStarted(cause));
    });
    child.on('close', (code) => {
      settle();
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(failed(code));
    });
    // A program that does not read is judged by what it answers.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

function kill(child: ChildProcess): void {
  child.stdout?.destroy();
  try {
    if (child.pid !== undefined && process.platform !== 'win32')
      process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It has ended, and so has its group.
  }
}

function aborted(): KeyError {
  return new KeyError('KEY_ABORTED', 'the command was aborted');
}

function timedOut(timeoutMs: number): KeyError {
  return new KeyError('KEY_TIMEOUT', `the command took over ${timeoutMs} ms`);
}

function tooLong(): KeyError {
  return new KeyError('KEY_RESPONSE_INVALID', `the command wrote over ${MAX_BYTES} bytes`);
}

/** Without the cause, which quotes the arguments. */
function notStarted({ code = '' }: NodeJS.ErrnoException): KeyError {
  return new KeyError('KEY_UNAVAILABLE', `the command cannot be started: ${code}`);
}

function failed(code: number | null): KeyError {
  return new KeyError('KEY_REFUSED', `the command ended with ${code ?? 'a signal'}`);
}
