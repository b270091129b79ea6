/** Runs something later. Tests pass one that they turn by hand. */
export interface Timer {
  /** Calls `run` once after so many milliseconds. The result cancels it. */
  after(milliseconds: number, run: () => void): () => void;
}

/** The timer of the platform. It does not keep a process alive. */
export const systemTimer: Timer = {
  after(milliseconds, run) {
    const timeout = setTimeout(run, milliseconds);
    timeout.unref();
    return () => {
      clearTimeout(timeout);
    };
  },
};
