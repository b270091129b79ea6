/**
 * How long anything may take before it counts as not coming: a window draws slowly where other
 * work has the processors, and a wait that ends well costs no more for it.
 */
export const PATIENCE_MS = 120_000;

/** How to wait: until when, and what to say if it does not come. */
export interface Waiting {
  /** Completes the sentence "Waited 120 s for ...". */
  readonly for: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Polls `probe` until it returns something other than `undefined` or `false`, and returns that.
 *
 * @throws Error when the deadline passes first, or whatever `probe` throws
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  { for: what, timeoutMs = PATIENCE_MS, everyMs = 50 }: Waiting,
): Promise<Exclude<T, false | undefined>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found as Exclude<T, false | undefined>;
    if (Date.now() >= deadline) throw new Error(`Waited ${timeoutMs / 1000} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
