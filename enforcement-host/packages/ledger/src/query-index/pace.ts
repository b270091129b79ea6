/** How long work may keep the process from everything else, in milliseconds. */
const MAX_TURN_MS = 8;

/** Lets others have a turn between parts of long work, which may be ended by a signal. */
export class Pace {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Returns at once, or after the others' turn. @throws what the signal was aborted with. */
  rest(): Promise<void> | undefined {
    if (performance.now() - this.#since < MAX_TURN_MS) return undefined;
    return this.#rest();
  }

  async #rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal?.throwIfAborted();
    this.#since = performance.now();
  }
}
