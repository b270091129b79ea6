import type { HandlerProgress } from '@axtary/core';

import type { Timer } from '../timer.js';

const EVERY_MS = 10_000;
const STEP = 1e-6;

/**
 * Progress of one call: ours while a person decides, the server's after. MCP wants every value
 * above the one before, so after waiting the server's values are lifted where they must be.
 */
export class CallProgress {
  readonly #send: (progress: HandlerProgress) => void;
  readonly #timer: Timer;
  #last: number | undefined;
  #cancel: (() => void) | undefined;
  #waited = 0;
  #says = '';

  constructor(send: (progress: HandlerProgress) => void, timer: Timer) {
    this.#send = send;
    this.#timer = timer;
  }

  /** Says now and every 10 s that a person must approve, until `stop` or the server's progress. */
  wait(approvalId: string): void {
    this.#say(`Axtary waits for a person to approve this call (${approvalId})`);
  }

  /** Says from now on that a call which waited has been approved. */
  approved(): void {
    if (this.#says !== '') this.#say('Approved; the call runs');
  }

  /** Passes on what the server says. Values of a call that never waited stay as they are. */
  forward(progress: HandlerProgress): void {
    this.stop();
    if (this.#last === undefined) {
      this.#send(progress);
      return;
    }
    this.#last = Math.max(progress.progress, this.#last + STEP);
    this.#send({ ...progress, progress: this.#last });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #say(what: string): void {
    this.stop();
    this.#says = what;
    this.#waited = 0;
    this.#tell();
  }

  #tell(): void {
    const since = this.#waited === 0 ? '' : `, for ${this.#waited / 1000} s now`;
    this.#last = (this.#last ?? 0) + STEP;
    this.#send({ progress: this.#last, message: this.#says + since });
    this.#cancel = this.#timer.after(EVERY_MS, () => {
      this.#waited += EVERY_MS;
      this.#tell();
    });
  }
}
