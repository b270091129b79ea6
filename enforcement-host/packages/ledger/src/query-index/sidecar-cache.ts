import type { Sidecar } from './sidecar.js';

export interface SidecarCacheOptions {
  readonly maxBytes: number;
  /** Milliseconds without use after which nothing is kept. */
  readonly idleMs: number;
}

/** The sidecars that were used last, by the first record of their file. */
export class SidecarCache {
  readonly #options: SidecarCacheOptions;
  /** Least recently used first. */
  readonly #kept = new Map<number, Sidecar>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SidecarCacheOptions) {
    this.#options = options;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get(first: number): Sidecar | undefined {
    const sidecar = this.#kept.get(first);
    if (sidecar) this.set(first, sidecar);
    return sidecar;
  }

  set(first: number, sidecar: Sidecar): void {
    this.delete(first);
    this.#kept.set(first, sidecar);
    this.#bytes += sidecar.leavesAt;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#options.maxBytes || oldest === first) break;
      this.delete(oldest);
    }
    this.#timer ??= setTimeout(() => this.clear(), this.#options.idleMs).unref();
    this.#timer.refresh();
  }

  delete(first: number): void {
    this.#bytes -= this.#kept.get(first)?.leavesAt ?? 0;
    this.#kept.delete(first);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#kept.clear();
    this.#bytes = 0;
  }
}
