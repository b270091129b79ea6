/** The audit log of a package from npm, used by what the package exports. */
export interface Peer {
  readonly name: string;
  /** What it does with a record, and what it does not. */
  readonly does: string;
  /** What its verification looks at. */
  readonly checks: string;
  /** How many records it is measured with; it keeps all of them. */
  readonly records: number;
  readonly open: (folder: string) => PeerLog;
}

/** What a peer answers by a promise is one here. */
export interface PeerLog {
  /** Appends one record of what `ENTRY` says. */
  readonly append: () => unknown;
  /**
   * Verifies every record it was given.
   *
   * @throws Error where it refuses them: then its figures would say nothing.
   */
  readonly verify: () => unknown;
}
