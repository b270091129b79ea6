import { constants, watch, type FSWatcher } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';

const MAX_BYTES = 1024 * 1024;

/** What lies where the policy should be. Its content is a proposal: an agent can write it. */
export type PolicyFile =
  | { readonly status: 'read'; readonly text: string }
  | { readonly status: 'missing' }
  | { readonly status: 'unreadable'; readonly message: string };

/** Reads the file if it is a regular one of at most 1 MiB and valid UTF-8; never blocks on a FIFO. */
export async function readPolicyFile(file: string): Promise<PolicyFile> {
  try {
    // O_NONBLOCK: opening a FIFO without a writer would wait for ever.
    const handle = await open(file, READ_WITHOUT_WAITING);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return unreadable(file, 'is not a regular file');
      if (stats.size > MAX_BYTES) return unreadable(file, 'is larger than 1 MiB');
      const bytes = await handle.readFile();
      return { status: 'read', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { status: 'missing' };
    return unreadable(file, `cannot be read (${code ?? 'not UTF-8'})`);
  }
}

const READ_WITHOUT_WAITING =
  process.platform === 'win32' ? 'r' : constants.O_RDONLY | constants.O_NONBLOCK;

function unreadable(file: string, what: string): PolicyFile {
  return { status: 'unreadable', message: `${path.basename(file)} ${what}` };
}

/**
 * Calls back after the file may have changed; events that come together count as one. Watching is
 * a convenience: what is enforced never depends on it.
 */
export function watchPolicyFile(file: string, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  try {
    // The folder, not the file: editors replace files by renaming.
    watcher = watch(path.dirname(file), { persistent: false }, (_event, name) => {
      if (name !== null && name !== path.basename(file)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, 50);
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No watcher to be had (a limit, a missing folder): the state is read anew when asked for.
  }
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
