import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

export interface FileWatchOptions {
  /** How often to look where the file system says nothing; 1 s by default. */
  readonly pollMs?: number;
}

const DEFAULT_POLL_MS = 1000;

/** Says when a file of this name may have changed, from its making on. */
export class FileWatch {
  readonly #pollMs: number;
  readonly #watcher: FSWatcher | undefined;
  #hasChanged = false;
  #wake: (() => void) | undefined;

  constructor(file: string, { pollMs = DEFAULT_POLL_MS }: FileWatchOptions = {}) {
    this.#pollMs = pollMs;
    this.#watcher = this.#watch(file);
  }

  /** Forgets changes so far: what reads the file from now on sees them. */
  reset(): void {
    this.#hasChanged = false;
  }

  /** Resolves when it may have changed since the last `reset`, or when aborted or closed. */
  changed(signal?: AbortSignal): Promise<void> {
    if (this.#hasChanged || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, this.#pollMs);
      this.#wake = wake;
      signal?.addEventListener('abort', wake);
    });
  }

  close(): void {
    this.#watcher?.close();
    this.#wake?.();
  }

  // The folder, not the file: that is renamed and made anew. Network file systems tell nothing, and
  // a machine may be out of watches: then there is the poll.
  #watch(file: string): FSWatcher | undefined {
    try {
      const watcher = watch(dirname(file), (_, name) => {
        if (name !== null && name !== basename(file)) return;
        this.#hasChanged = true;
        this.#wake?.();
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }
}
