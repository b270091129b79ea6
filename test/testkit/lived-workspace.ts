import { answerApproval, pendingApproval } from './control-client.js';
import { serveWorkspace, type ServedWorkspace } from './served-workspace.js';
import { policyText } from './workspace.js';

const OWN_RULES = `policies:
  - id: no-app
    effect: deny
    description: app.txt stays as it is
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/write_file" }
    when:
      - { field: context.paths, matches: src/app.txt }
  - id: no-reads-one-day
    effect: deny
    shadow: true
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/read_text_file" }
`;

type CallResult = ReturnType<ServedWorkspace['agent']['callTool']>;

/** A served workspace with a past: three denials by the rule `no-app`, a read, an approved write. */
export interface LivedWorkspace {
  readonly served: ServedWorkspace;
  /** The trusted text. */
  readonly policy: string;
  /** The same without the rule that denied, so that such writes are asked about again. */
  readonly loosened: string;
  /** The ledger's item of one of the denials. */
  readonly denied: { readonly seq: number; readonly line: string };
  write(name: string): CallResult;
  read(): CallResult;
}

export async function serveLivedWorkspace(): Promise<LivedWorkspace> {
  const served = await serveWorkspace({ policy: (root) => policyText(root, OWN_RULES) });
  const { folder } = served;
  const policy = policyText(folder, OWN_RULES);
  const write = (name: string): CallResult => {
    const args = { path: served.file(name), content: 'changed' };
    return served.agent.callTool({ name: 'write_file', arguments: args });
  };
  const read = (): CallResult => {
    const args = { path: served.file('src/app.txt') };
    return served.agent.callTool({ name: 'read_text_file', arguments: args });
  };
  for (let n = 0; n < 3; n++) await write('src/app.txt');
  await read();
  const asked = write('src/asked.txt');
  const approval = await pendingApproval(served.control, folder);
  await answerApproval(served.control, served.approver, { approval, verdict: 'approve' });
  await asked;
  const { items } = await served.control.call('ledger/list', { workspace: folder, limit: 1000 });
  const denied = items.find(({ verdict }) => verdict === 'deny');
  if (!denied) throw new Error('nothing was denied');
  const loosened = policy.replace('src/app.txt }', 'src/nothing.txt }');
  return { served, policy, loosened, denied, write, read };
}
