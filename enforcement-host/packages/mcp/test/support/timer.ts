import type { Timer } from '../../src/index.js';

/** A timer that is turned by hand. */
export class ManualTimer implements Timer {
  now = 0;
  #due: { at: number; run: () => void }[] = [];

  after(milliseconds: number, run: () => void): () => void {
    const entry = { at: this.now + milliseconds, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  get size(): number {
    return this.#due.length;
  }

  turn(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }
}
