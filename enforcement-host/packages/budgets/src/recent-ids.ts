const GENERATION = 8192;

/** Remembers at least the latest 8,192 ids, and no more than twice as many. */
export class RecentIds {
  #current = new Set<string>();
  #previous = new Set<string>();

  add(id: string): void {
    if (this.#current.size === GENERATION) {
      this.#previous = this.#current;
      this.#current = new Set();
    }
    this.#current.add(id);
  }

  has(id: string): boolean {
    return this.#current.has(id) || this.#previous.has(id);
  }
}
