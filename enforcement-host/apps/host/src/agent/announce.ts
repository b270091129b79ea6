import { realpath } from 'node:fs/promises';

import { workspaceKey } from '../state/folder.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Workspaces } from '../workspace/workspaces.js';
import type { Caller, Refusal } from './admission.js';

interface Announcing {
  readonly workspaces: Workspaces;
  readonly admitted: (workspaceKey: string) => Promise<Caller | Refusal>;
}

/**
 * Takes what a hook says about the call that its client makes next in the workspace which the header
 * `x-axtary-workspace` names (its folder, percent-encoded). It permits nothing: where no policy
 * decides, none does after it.
 *
 * @throws HostError `POLICY_NOT_TRUSTED` where no policy of the folder is trusted.
 */
export async function announce(
  request: Request,
  { workspaces, admitted }: Announcing,
): Promise<Response | Refusal> {
  const folder = decoded(request.headers.get('x-axtary-workspace'));
  if (folder === undefined) {
    return { status: 400, message: 'expected the folder in x-axtary-workspace, percent-encoded' };
  }
  const key = workspaceKey(await realpath(folder).catch(() => folder));
  const caller = await admitted(key);
  if ('status' in caller) return caller;
  const workspace = await served(workspaces, { key, folder });
  return workspace.announcements.handleRequest(request);
}

// One that a person opened may have a policy without a signature (`--policy-trust file`).
function served(
  workspaces: Workspaces,
  { key, folder }: { readonly key: string; readonly folder: string },
): Promise<Workspace> {
  return workspaces.byKey(key).catch(() => workspaces.openTrusted(folder));
}

function decoded(header: string | null): string | undefined {
  if (header === null || header === '') return undefined;
  try {
    return decodeURIComponent(header);
  } catch {
    return undefined;
  }
}
