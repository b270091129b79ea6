import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { Profile } from './profile.js';

/** The state folder of the enforcement host that an editor with this profile starts. */
export function stateFolder({ home }: Profile): string {
  return path.join(home, '.local', 'state', 'axtary');
}

/** The ledger of the only workspace that this editor has opened. */
export function ledgerFile(profile: Profile): string {
  const workspaces = path.join(stateFolder(profile), 'workspaces');
  const [key = ''] = readdirSync(workspaces);
  return path.join(workspaces, key, 'ledger.jsonl');
}

/** The process of this editor's enforcement host, if one runs. */
export function hostProcess({ dir }: Profile): number | undefined {
  const pid = readdirSync('/proc').find((name) => {
    const line = /^\d+$/.test(name) ? commandLine(name) : '';
    return line.includes('enforcement-host.cjs') && line.includes(dir);
  });
  return pid === undefined ? undefined : Number(pid);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
