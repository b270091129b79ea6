import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { excerpt, run, start } from '../../../scripts/setup/child.mjs';
import { onInterrupt } from '../../../scripts/setup/interrupts.mjs';
import type { Profile } from './profile.js';
import { PATIENCE_MS, until } from './waiting.js';

/** What `ensureEditor` of scripts/setup.mjs returns. */
export interface EditorProgram {
  readonly node24: string;
  readonly entry: string;
}

export interface EditorOptions {
  readonly program: EditorProgram;
  readonly profile: Profile;
  /** Added to the environment of the editor and thereby of the extensions in it. */
  readonly env?: Readonly<Record<string, string>>;
  /** The port on 127.0.0.1; a free one if absent. */
  readonly port?: number;
}

/** A VS Code server that is ready to be opened in a browser. */
export interface Editor {
  readonly url: string;
  /** The file with all the server printed. */
  readonly log: string;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  /** The address that opens `folder`; the profile's workspace if absent. */
  address(folder?: string): string;
  /** Ends the server and every process that runs because of it. */
  stop(): Promise<void>;
}

const GRACE_MS = 3_000;
const RUN_ID = 'AXTARY_TEST_RUN';
const LISTENING = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/;

/** Installs a `.vsix` into the profile. The editor need not run; if it runs, it must be reloaded. */
export async function installExtension(
  { program, profile }: Pick<EditorOptions, 'program' | 'profile'>,
  vsix: string,
): Promise<void> {
  const args = [...argumentsFor(program, profile), '--install-extension', vsix, '--force'];
  await run(program.node24, args, {
    cwd: profile.dir,
    env: environmentFor(program, profile),
    log: path.join(profile.dir, `install-${path.basename(vsix)}.log`),
    timeoutMs: PATIENCE_MS,
  });
}

/**
 * Starts the editor. On return it answers on its address. An interrupt of this process stops it.
 *
 * @throws Error with an excerpt of what it printed, if it ends or is not ready in time
 */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const { program, profile, env = {}, port = 0 } = options;
  const runId = randomUUID();
  const args = [
    ...argumentsFor(program, profile),
    ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry'],
    ...['--disable-update-check', '--disable-getting-started-override'],
    '--disable-proxy', // it would publish every loopback port under the editor's address
  ];
  const server = start(program.node24, args, {
    cwd: profile.dir,
    env: { ...environmentFor(program, profile), ...env, [RUN_ID]: runId },
    log: path.join(profile.dir, 'server.log'),
  });
  const forget = onInterrupt(stop);
  try {
    const url = await readyAddress(server);
    return { url, log: server.log, ended: server.ended, stop, address };

    function address(folder = profile.workspace) {
      return `${url}/?folder=${encodeURIComponent(folder)}`;
    }
  } catch (error) {
    await stop();
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The editor did not start. ${reason}\n${excerpt(server.log)}`;
    throw new Error(message, { cause: error });
  }

  async function stop() {
    await server.end();
    await endStragglers(runId);
    forget();
  }
}

async function readyAddress({ log, ended }: Pick<Editor, 'log' | 'ended'>): Promise<string> {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  return await until(
    () => {
      if (hasEnded) throw new Error('It ended at once.');
      return LISTENING.exec(readFileSync(log, 'utf8'))?.[1];
    },
    { for: 'the editor to listen' },
  );
}

function argumentsFor(program: EditorProgram, profile: Profile): string[] {
  return [
    program.entry,
    ...['--config', path.join(profile.dir, 'config.yaml')],
    ...['--user-data-dir', profile.userDataDir],
    ...['--extensions-dir', profile.extensionsDir],
  ];
}

function environmentFor(program: EditorProgram, profile: Profile): Record<string, string> {
  const nodeDir = path.dirname(program.node24);
  return {
    PATH: [nodeDir, process.env['PATH'] ?? ''].join(path.delimiter),
    LANG: 'C.UTF-8',
    HOME: profile.home,
    TMPDIR: profile.temporaryDir,
    XDG_CACHE_HOME: path.join(profile.home, '.cache'),
    XDG_CONFIG_HOME: path.join(profile.home, '.config'),
    XDG_DATA_HOME: path.join(profile.home, '.local/share'),
    XDG_STATE_HOME: path.join(profile.home, '.local/state'),
    XDG_RUNTIME_DIR: profile.runtimeDir,
    EXTENSIONS_GALLERY: '{}', // no extension market place, else the editor asks one on the net
  };
}

/**
 * Ends what detached itself from the server's process group, as the enforcement host does. Such a
 * process is known by this run's id in its environment, which it inherited from the server.
 */
async function endStragglers(runId: string): Promise<void> {
  for (const pid of await processesOf(runId)) signal(pid, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  const allGone = async () => (await processesOf(runId)).length === 0;
  await until(async () => (await allGone()) || Date.now() > deadline, { for: 'the stragglers' });
  for (const pid of await processesOf(runId)) signal(pid, 'SIGKILL');
}

// Only Linux tells the environment of a process; elsewhere nothing is found.
async function processesOf(runId: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const environments = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => environments[index]?.includes(`${RUN_ID}=${runId}`));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
