import type { FileChange, JsonObject, Pin } from '@axtary/core';

import type { ResolvedPath } from './paths.js';
import type { FileBytes } from './read-file.js';
import type { FileServer } from './server-filesystem.js';

/** One call of an MCP tool, before it is decided on. */
export interface FileCall {
  /** Absolute. */
  readonly workspace: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  /** How the server is started, where it is a local process. */
  readonly server?: FileServer;
}

/** What a call does to files, as the enforcement host itself sees it. */
export interface FileInspection {
  /** Every path that the call names, in the form of `ResolvedPath.display`. */
  readonly paths: string[];
  /** What must still be true when the call runs. */
  readonly pins: Pin[];
  /** For the reviewer; only where it is exact. */
  readonly changes?: FileChange[];
  /** Why there are no exact changes. */
  readonly note?: string;
}

/** A file that a call writes, and what is there now. */
export interface Written {
  readonly file: ResolvedPath;
  readonly present: FileBytes | undefined;
}
