/** Questions of one connection that may take long enough to be cancelled. */
export class Runs {
  readonly #controllers = new Map<string, AbortController>();

  /** Runs under a name; another run under the same name ends the one before. */
  async start<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.cancel(name);
    const controller = new AbortController();
    this.#controllers.set(name, controller);
    try {
      return await work(controller.signal);
    } finally {
      if (this.#controllers.get(name) === controller) this.#controllers.delete(name);
    }
  }

  cancel(name: string): void {
    this.#controllers.get(name)?.abort();
    this.#controllers.delete(name);
  }

  cancelAll(): void {
    for (const name of [...this.#controllers.keys()]) this.cancel(name);
  }
}
