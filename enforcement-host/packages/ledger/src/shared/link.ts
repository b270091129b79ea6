import type { PendingAppend } from './pending-append.js';

/** How the appends of a process reach the ledger. */
export interface Link {
  /** Whether this process writes the file itself. */
  readonly isWriter: boolean;
  /** Resolves when appends reach the ledger no more this way, and says if they ever did. */
  readonly lost: Promise<{ readonly wasOfUse: boolean }>;
  /** Settles the append, unless the way is lost before. In order of calls. */
  send(append: PendingAppend): void;
  /** To be called when all appends are settled. */
  close(): Promise<void>;
}
