/** Whose words: those of one session of an agent, or of every session of one window. */
export type RequestKey = { readonly session: string } | { readonly window: string };

const MAX_REQUESTS = 1000;

/**
 * What humans asked of their agents, in their own words. Told over the control endpoint by whoever
 * saw them typed, so that no agent can put words into anybody's mouth. Kept in memory only.
 */
export class HumanRequests {
  readonly #texts = new Map<string, string>();

  /** Later words replace earlier ones; `undefined` takes them back. */
  set(key: RequestKey, text: string | undefined): void {
    const name = nameOf(key);
    this.#texts.delete(name);
    if (text !== undefined) this.#texts.set(name, text);
    if (this.#texts.size <= MAX_REQUESTS) return;
    const [oldest] = this.#texts.keys();
    if (oldest !== undefined) this.#texts.delete(oldest);
  }

  /** The words for a session: its own, else those of its window. */
  get(session: string, window: string): string | undefined {
    return this.#texts.get(nameOf({ session })) ?? this.#texts.get(nameOf({ window }));
  }
}

function nameOf(key: RequestKey): string {
  return 'session' in key ? `session ${key.session}` : `window ${key.window}`;
}
