/** What formats say of whoever writes them. */
export interface FormatContext {
  /** Version of the software. */
  readonly software: string;
}
