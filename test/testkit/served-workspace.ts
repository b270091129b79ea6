import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { connectAgent } from './agent.js';
import { createApprover, type Approver } from './approver.js';
import { connectAs, trustPolicy, type ControlClient } from './control-client.js';
import { startHostProcess, type HostProcess } from './host-process.js';
import { createWorkspace, type TestWorkspace } from './workspace.js';

/** A workspace whose policy is trusted, served by a real enforcement host, with a window and an agent. */
export interface ServedWorkspace extends TestWorkspace {
  readonly approver: Approver;
  host: HostProcess;
  control: ControlClient;
  agent: Client;
  /** Ends the enforcement host with this signal and starts another one, with a window and an agent. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Closes everything; its value is the exit code of the enforcement host. */
  stop(): Promise<number | null>;
}

export interface ServeOptions {
  readonly policy?: (folder: string) => string;
  /** In front of node, as in `HostProcessOptions`. */
  readonly under?: readonly string[];
}

export async function serveWorkspace({
  policy,
  under,
}: ServeOptions = {}): Promise<ServedWorkspace> {
  const workspace = createWorkspace(policy);
  const host = await startHostProcess({ state: workspace.state, ...(under && { under }) });
  const approver = await createApprover();
  const control = await connectAs(workspace.state, approver);
  await trustPolicy(control, approver, workspace.folder);
  const agent = await connectAgent(control, workspace.folder, 'filesystem');
  const served: ServedWorkspace = {
    ...workspace,
    approver,
    host,
    control,
    agent,
    async restart(signal) {
      await served.agent.close().catch(() => undefined);
      served.control.close();
      await served.host.end(signal);
      served.host = await startHostProcess({ state: workspace.state });
      served.control = await connectAs(workspace.state, approver);
      await served.control.call('workspaces/open', { workspace: workspace.folder });
      served.agent = await connectAgent(served.control, workspace.folder, 'filesystem');
    },
    async stop() {
      await served.agent.close();
      served.control.close();
      const code = await served.host.end('SIGTERM');
      workspace.remove();
      return code;
    },
  };
  return served;
}
