import type { PolicyIssueCode } from '../issue.js';

/** Something to say about a policy that is none the less in force. */
export interface Finding {
  readonly code: PolicyIssueCode;
  readonly severity: 'warning' | 'info';
  readonly message: string;
  readonly path: readonly (string | number)[];
  /** True where the key at `path` is meant, not its value. */
  readonly isAboutKey?: boolean;
  /** The known name that the one at `path` most likely stands for. */
  readonly nearest?: string;
}

export type Path = Finding['path'];
