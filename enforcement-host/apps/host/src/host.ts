import { rm } from 'node:fs/promises';

import { LocalSingleUseStore } from '@axtary/actionpass';
import { messageOf, type Clock } from '@axtary/core';
import { LedgerError, acquireLock } from '@axtary/ledger';
import type { HostReady, HostStart } from '@axtary/protocol';

import { Bearers } from './agent/bearers.js';
import { startAgentServer, type AgentServer } from './agent/server.js';
import { Authority } from './authority/authority.js';
import { newHolder } from './authority/holder.js';
import { createPassCustodian } from './authority/pass-custodian.js';
import { startControlServer, type ControlServer } from './control/server.js';
import { HostError } from './errors.js';
import { createLog, type Log } from './log.js';
import { createAskEngines, type EnginesOptions } from './policy/engines.js';
import { Environments } from './policy/environment.js';
import { Approvers } from './state/approvers.js';
import { prepareStateFolder, type StateFolder } from './state/folder.js';
import { VERSION } from './version.js';
import { Workspaces } from './workspace/workspaces.js';

/** Where nobody says how long payloads are kept. */
const DEFAULT_RETENTION = { days: 180, megabytes: 1024 };

export interface HostOptions {
  readonly state: StateFolder;
  readonly start: HostStart;
  readonly osUser: string;
  readonly clock: Clock;
  /** Stops after so long without windows and without requests of agents. */
  readonly idleMs: number;
  readonly engines: EnginesOptions;
  /** What this process runs with, for programs that anchors need. */
  readonly env: NodeJS.ProcessEnv;
}

export interface EnforcementHost {
  readonly ready: HostReady;
  readonly log: Log;
  /** Settles when the host has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
  stop(reason: string): void;
}

/**
 * Starts the enforcement host of a state folder.
 *
 * @throws HostError `HOST_RUNNING` when one runs already, `HOST_STATE_UNUSABLE`.
 */
export async function startHost(options: HostOptions): Promise<EnforcementHost> {
  const { state, clock, start } = options;
  await prepareStateFolder(state);
  const lock = await claim(state);
  const log = createLog(state.log, clock);
  const stopping = new AbortController();
  const stop = (reason: string): void => stopping.abort(reason);
  const parts = await assemble(options, log, stop);
  const headless = await openHeadless(start, parts);
  log.write('info', `enforcement host ${VERSION} is ready, process ${process.pid}`);
  const stopped = untilStopped(stopping.signal, parts, log).finally(() => lock.release());
  if (headless.length === 0) stopWhenIdle(parts, { idleMs: options.idleMs, stop });
  const ready: HostReady = { ready: true, pid: process.pid, version: VERSION };
  return { ready: headless.length === 0 ? ready : { ...ready, headless }, log, stopped, stop };
}

async function claim(state: StateFolder): ReturnType<typeof acquireLock> {
  try {
    return await acquireLock(state.lock);
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new HostError('HOST_RUNNING', `an enforcement host already serves ${state.root}`, {
      cause,
    });
  }
}

interface Parts {
  readonly workspaces: Workspaces;
  readonly authority: Authority;
  readonly bearers: Bearers;
  readonly control: ControlServer;
  readonly agents: AgentServer;
}

async function assemble(
  { state, start, osUser, clock, engines, env }: HostOptions,
  log: Log,
  stop: (reason: string) => void,
): Promise<Parts> {
  const { enrolmentCode } = start;
  const approvers = await Approvers.load({ file: state.approvers, clock, enrolmentCode });
  const authority = await Authority.open({
    trustFile: state.passTrust,
    liftedFile: state.lifted,
    log,
    clock,
  });
  await givePassKey(authority, start);
  const workspaces = new Workspaces({
    state,
    holder: newHolder(),
    approvers,
    authority,
    osUser,
    log,
    clock,
    env,
    retention: {
      days: start.retention?.days ?? DEFAULT_RETENTION.days,
      megabytes: start.retention?.megabytes ?? DEFAULT_RETENTION.megabytes,
    },
  });
  approvers.onEnrolled((enrolled) => {
    log.write('info', `enrolled the approver ${enrolled.name}`);
    workspaces.recordApprover(enrolled).catch((error: unknown) => {
      log.write('error', `an approver's key is not in every ledger yet: ${messageOf(error)}`);
    });
  });
  const bearers = new Bearers();
  // The lock is held, so whatever lies there was left behind by a host that is gone.
  await removeStale(state);
  const agents = await startAgentServer({
    endpoint: state.agentEndpoint,
    workspaces,
    bearers,
    replay: new LocalSingleUseStore(state.used, { clock }),
    clock,
    log,
  });
  const ask = createAskEngines(engines);
  const environments = new Environments(clock);
  const dependencies = {
    approvers,
    authority,
    workspaces,
    bearers,
    stop,
    clock,
    ask,
    environments,
  };
  const control = await startControlServer(state.controlEndpoint, dependencies, log);
  return { workspaces, authority, bearers, control, agents };
}

async function givePassKey(
  authority: Authority,
  { passKey, passSigner }: HostStart,
): Promise<void> {
  if (passKey && passSigner) throw new TypeError('passes are signed by a key or by a signer');
  if (passKey) await authority.provideKey(passKey);
  if (passSigner) await authority.entrustKeys(createPassCustodian(passSigner));
}

async function removeStale({ controlEndpoint, agentEndpoint }: StateFolder): Promise<void> {
  if (process.platform === 'win32') return;
  await rm(controlEndpoint, { force: true });
  await rm(agentEndpoint, { force: true });
}

async function openHeadless(
  { headless = [] }: HostStart,
  { workspaces, bearers }: Parts,
): Promise<NonNullable<HostReady['headless']>> {
  const opened: NonNullable<HostReady['headless']> = [];
  for (const { workspace: folder, config, policyTrust } of headless) {
    const workspace = await workspaces.open(folder, { config, policyTrust });
    // An untrusted policy serves nothing yet: an editor may attach and trust it.
    const isEnforced = workspace.policy.state().enforcedHash !== undefined;
    const names = isEnforced ? workspace.engine().upstreams.servers : [];
    const servers = names.map((name) => ({
      name,
      url: bearers.url(workspace.key, name),
    }));
    const bearer = bearers.mint('headless', workspace.key);
    opened.push({ workspace: workspace.folder, isEnforced, bearer, servers });
  }
  return opened;
}

function stopWhenIdle(
  { control, agents }: Parts,
  { idleMs, stop }: { readonly idleMs: number; readonly stop: (reason: string) => void },
): void {
  let timer: NodeJS.Timeout | undefined;
  const check = (): void => {
    clearTimeout(timer);
    if (control.connections > 0 || agents.underWay > 0) return;
    // The endpoints keep the process alive; this must not, once they are closed.
    timer = setTimeout(() => stop('idle'), idleMs).unref();
  };
  control.onConnectionsChange(check);
  agents.onUnderWayChange(check);
  check();
}

/** Waits for the stop, then closes in the order in which work flows: agents first, ledgers last. */
async function untilStopped(signal: AbortSignal, parts: Parts, log: Log): Promise<void> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  log.write('info', `stopping: ${String(signal.reason)}`);
  // Windows last: until then they are told what happens.
  for (const part of [parts.agents.close(), parts.workspaces.closeAll()]) {
    await part.catch((error: unknown) => log.write('error', `while stopping: ${messageOf(error)}`));
  }
  await parts.authority.close().catch((error: unknown) => {
    log.write('error', `while stopping: ${messageOf(error)}`);
  });
  await parts.control.close();
}
