import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { parsePolicy } from '@axtary/policy';
import type { HostReady, HostStart } from '@axtary/protocol';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { EXIT_CODES } from '../exit-codes.js';
import { HostRefusal, startHost, type RunningHost } from '../host-process.js';
import { readPassKey } from '../key-file.js';
import { readPassphrase, type PassphraseOption } from '../passphrase.js';
import { describeIssue } from '../policy-issues.js';
import { readText } from '../read-text.js';
import { readSigner } from '../signer-file.js';
import { defaultStateFolder, realFolder } from '../state-folder.js';
import { printable, type Terminal } from '../terminal.js';
import { MAX_POLICY_BYTES } from './policy/load-policy.js';

export interface ProxyOptions extends PassphraseOption {
  readonly config: string;
  readonly policyTrust: 'signed' | 'file';
  /** File of the key that signs passes; default: the enforcement host makes one. */
  readonly passKey?: string;
  /** File that describes the signer of passes outside of the enforcement host. */
  readonly signer?: string;
  /** File with the credentials of that signer; default: the environment. */
  readonly credentialsFile?: string;
  /** How long, and how many mebibytes of, payloads are kept; default: what the host does. */
  readonly payloadDays?: number;
  readonly payloadMegabytes?: number;
  readonly state?: string;
  readonly json: boolean;
}

/** How long the enforcement host may take to finish what is under way, after an interrupt. */
const STOP_MS = 15_000;

/** Runs the enforcement host for one folder, in the foreground, until it is interrupted. */
export async function proxy(options: ProxyOptions, context: CliContext): Promise<void> {
  const { cwd, terminal } = context;
  assertUsed(options);
  const config = path.resolve(cwd, options.config);
  if (!(await checkPolicy(config, context))) return;
  const workspace = await realFolder(path.dirname(config));
  const state = options.state ?? defaultStateFolder(context);
  const { start, env, signing } = await signingOf(options, context);
  const enrolmentCode = randomBytes(20).toString('base64url');
  const { policyTrust } = options;
  const interrupts = new Interrupts(context);
  try {
    const host = await startHost(
      { program: hostProgram(), state, env },
      {
        enrolmentCode,
        headless: [{ workspace, config, policyTrust }],
        ...retentionOf(options),
        ...start,
      },
    );
    interrupts.passOnTo(host);
    const announced = { state, enrolmentCode, ...signing };
    if (options.json) terminal.printJson({ ...host.ready, ...announced });
    else announce(host.ready, { ...announced, policyTrust }, terminal);
    reportEnd(await host.ended, context);
  } catch (error) {
    throw advise(error, { ...options, state });
  } finally {
    interrupts.stop();
  }
}

function retentionOf({
  payloadDays: days,
  payloadMegabytes: megabytes,
}: ProxyOptions): Pick<HostStart, 'retention'> {
  const retention = {
    ...(days !== undefined && { days }),
    ...(megabytes !== undefined && { megabytes }),
  };
  return Object.keys(retention).length === 0 ? {} : { retention };
}

/** False, with the reasons printed, when there is no policy to enforce. */
async function checkPolicy(config: string, context: CliContext): Promise<boolean> {
  if (!existsSync(config)) {
    throw new CliError('CLI_FILE_UNREADABLE', `there is no ${config}; "axtary init" writes one`);
  }
  const { policy, issues } = parsePolicy(await readText(config, MAX_POLICY_BYTES), config);
  const { terminal } = context;
  for (const issue of issues) terminal.warn(describeIssue(config, issue, terminal));
  if (policy) return true;
  terminal.warn('axtary: the policy is not valid, so nothing was started');
  context.setExitCode(EXIT_CODES.failed);
  return false;
}

function assertUsed({ passKey, passphraseFile, signer, credentialsFile }: ProxyOptions): void {
  if (passKey !== undefined && signer !== undefined) {
    throw new CliError('CLI_USAGE', '--pass-key and --signer exclude each other');
  }
  if (passphraseFile !== undefined && passKey === undefined) {
    throw new CliError('CLI_USAGE', '--passphrase-file is that of --pass-key, which is not given');
  }
  if (credentialsFile !== undefined && signer === undefined) {
    throw new CliError('CLI_USAGE', '--credentials-file is that of --signer, which is not given');
  }
}

interface Signing {
  readonly start: Pick<HostStart, 'passKey' | 'passSigner'>;
  /** The environment of the enforcement host. */
  readonly env: CliContext['env'];
  /** For people, and for programs. */
  readonly signing: Pick<Announced, 'passKey' | 'passSigner'>;
}

async function signingOf(options: ProxyOptions, context: CliContext): Promise<Signing> {
  const { cwd, env } = context;
  const { passKey, signer, credentialsFile } = options;
  if (passKey !== undefined) {
    const passphrase = await readPassphrase(options, context);
    const { kid, jwk } = await readPassKey(path.resolve(cwd, passKey), passphrase);
    return { start: { passKey: jwk }, env, signing: { passKey: kid } };
  }
  if (signer === undefined) return { start: {}, env, signing: {} };
  const read = await readSigner(
    {
      file: path.resolve(cwd, signer),
      credentialsFile: credentialsFile && path.resolve(cwd, credentialsFile),
    },
    context,
  );
  const { passSigner } = read;
  return { start: { passSigner }, env: read.env, signing: { passSigner: passSigner.kind } };
}

/** The bundle that the build puts beside the compiled commands. */
function hostProgram(): string {
  const file = fileURLToPath(new URL('../enforcement-host.cjs', import.meta.url));
  if (existsSync(file)) return file;
  const message = `${file} is missing; install axtary again, or build the repository`;
  throw new CliError('CLI_HOST_START_FAILED', message);
}

function advise(
  error: unknown,
  { state, signer }: Pick<ProxyOptions, 'signer'> & { readonly state: string },
): unknown {
  if (!(error instanceof HostRefusal)) return error;
  const isOwnKey = signer === undefined || error.hostCode !== 'PASS_KEY_REFUSED';
  const advice = isOwnKey ? ADVICE[error.hostCode] : undefined;
  if (advice === undefined) return error;
  return new CliError('CLI_HOST_START_FAILED', `${error.message} (state in ${state}); ${advice}`);
}

const ADVICE: Readonly<Record<string, string | undefined>> = {
  HOST_RUNNING:
    'an editor or another "axtary proxy" has it: use that one, stop it first, or give --state',
  PASS_KEY_REFUSED: '"axtary keys create" does',
};

interface Announced {
  readonly state: string;
  readonly enrolmentCode: string;
  readonly policyTrust: ProxyOptions['policyTrust'];
  /** Thumbprint of the key that was given. */
  readonly passKey?: string;
  /** Kind of the signer that was given. */
  readonly passSigner?: string;
}

function announce(
  { pid, version, headless = [] }: HostReady,
  { state, enrolmentCode, policyTrust, passKey, passSigner }: Announced,
  terminal: Terminal,
): void {
  const title = `Axtary enforcement host ${version} is running (process ${pid})`;
  terminal.print(terminal.paint('bold', title));
  terminal.print(`  state           ${printable(state)}`);
  terminal.print(`  policy trust    ${policyTrust}${policyTrust === 'file' ? FILE_TRUST : ''}`);
  if (passKey !== undefined) terminal.print(`  pass key        ${passKey}`);
  if (passSigner !== undefined) terminal.print(`  pass signer     ${passSigner}`);
  terminal.print(`  enrolment code  ${enrolmentCode}   (once, while no approver is enrolled)`);
  for (const { workspace, isEnforced, bearer, servers } of headless) {
    terminal.print(`\n${printable(workspace)}`);
    if (!isEnforced) {
      terminal.print(UNTRUSTED);
      continue;
    }
    for (const { name, url } of servers) terminal.print(`  ${printable(name)}\n    ${url}`);
    if (servers.length === 0) terminal.print('  the policy names no MCP servers');
    terminal.print(`  Authorization: Bearer ${bearer}`);
  }
  terminal.print('\nCtrl-C stops it.');
}

const UNTRUSTED = `  nobody has trusted this policy yet, so every call is denied
  open the folder in VS Code with Axtary and trust it there (a new editor enrols with the code
  above), or start again with --policy-trust file to enforce the file as it stands`;

const FILE_TRUST = ' (whoever can write axtary.yml decides what is allowed)';

function reportEnd(ending: number | NodeJS.Signals, { terminal, setExitCode }: CliContext): void {
  if (ending === 0) return;
  terminal.warn(`axtary: the enforcement host ended (${ending})`);
  setExitCode(EXIT_CODES.failed);
}

/**
 * Passes interrupts on to the enforcement host, from before it is started: a command that ended
 * without it would leave it running. A second one does not wait for what is under way.
 */
class Interrupts {
  readonly #stopListening: () => void;
  #host: RunningHost | undefined;
  #first: NodeJS.Signals | undefined;
  #impatience: NodeJS.Timeout | undefined;

  constructor({ onInterrupt }: CliContext) {
    this.#stopListening = onInterrupt((signal) => this.#interrupt(signal));
  }

  passOnTo(host: RunningHost): void {
    this.#host = host;
    if (this.#first !== undefined) this.#end(host, this.#first);
  }

  stop(): void {
    clearTimeout(this.#impatience);
    this.#stopListening();
  }

  #interrupt(signal: NodeJS.Signals): void {
    const isSecond = this.#first !== undefined;
    this.#first ??= signal;
    if (!this.#host) return;
    if (isSecond) this.#host.kill('SIGKILL');
    else this.#end(this.#host, signal);
  }

  #end(host: RunningHost, signal: NodeJS.Signals): void {
    host.kill(signal);
    this.#impatience = setTimeout(() => host.kill('SIGKILL'), STOP_MS);
  }
}
