import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';

import { LocalTrustStore, authorize, demoAction } from '@axtary/actionpass';
import { systemClock, type Clock } from '@axtary/core';

import type { CliContext } from '../src/context.js';
import type { Prompt } from '../src/prompt.js';
import { Terminal } from '../src/terminal.js';
import type { Ended } from './support.js';

export const ISSUER = 'https://axtary.test';

/** The trust store of the state folder that `cli` and `runHere` use in this folder. */
export async function createTrustStore(folder: string): Promise<LocalTrustStore> {
  const state = path.join(folder, 'state');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const store = new LocalTrustStore(path.join(state, 'pass-trust.json'));
  await store.create();
  return store;
}

export function passKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** The demo action with evidence of passing tests: the preset allows it. */
export function allowedAction(): typeof demoAction {
  const { capability } = demoAction;
  const payload = { ...capability.payload, testsPassed: true };
  return { ...demoAction, capability: { ...capability, payload } };
}

/** A pass for the allowed action, issued now; with a holder it is bound to that thumbprint. */
export async function passFor(
  signingKey: KeyObject,
  { clock = systemClock, ...bound }: { holder?: string; audience?: string[]; clock?: Clock } = {},
): Promise<{ readonly token: string; readonly jti: string }> {
  const result = await authorize({
    action: allowedAction(),
    issuer: ISSUER,
    tenant: 'org:example',
    signingKey,
    clock,
    ...bound,
  });
  if (!result.permitted) throw new Error('expected the demo action to be allowed');
  return result.actionPass;
}

/** A person at the terminal: gives these answers in turn, then ends the command. */
export class ScriptedPrompt implements Prompt {
  /** The questions, in order. */
  readonly asked: string[] = [];
  readonly #answers: string[];

  constructor(...answers: string[]) {
    this.#answers = answers;
  }

  async ask(question: string): Promise<string> {
    this.asked.push(question);
    const answer = this.#answers.shift();
    if (answer !== undefined) return answer;
    const { CliError } = await import('../src/errors.js');
    throw new CliError('CLI_DECLINED', 'ended');
  }

  askSecret(question: string): Promise<string> {
    return this.ask(question);
  }
}

/** Runs one command line in this process, where a terminal and a clock can be stood in for. */
export async function runHere(
  args: readonly string[],
  { cwd, ...given }: Pick<CliContext, 'cwd'> & Partial<CliContext>,
): Promise<Ended> {
  // As commands are imported, so that there is one class of each error.
  const { run } = await import('../src/run.js');
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let code = 0;
  await run(args, {
    terminal: new Terminal({ stdout, stderr, colour: false, progress: false }),
    stdin: Readable.from([]),
    stdout,
    osUser: 'ada',
    clock: systemClock,
    env: { AXTARY_STATE_DIR: path.join(cwd, 'state') },
    cwd,
    platform: process.platform,
    version: '0.0.0',
    setExitCode: (ended) => (code = ended),
    onInterrupt: () => () => undefined,
    ...given,
  });
  const [printed, warned] = [stdout, stderr].map((stream) => String(stream.read() ?? ''));
  return { code, stdout: printed ?? '', stderr: warned ?? '' };
}
