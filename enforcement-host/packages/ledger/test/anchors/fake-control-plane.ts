import { canonicalize, type Clock } from '@axtary/core';

import { serve, type Answer, type Loopback, type Request } from './loopback.js';

interface Kept {
  readonly log: string;
  readonly size: number;
  readonly root: string;
  readonly at: string;
}

/** A control plane of this machine that keeps the largest checkpoint of each ledger. */
export class FakeControlPlane {
  readonly bearer = 'bearer-of-this-machine';
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;
  #loopback: Loopback | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(): Promise<string> {
    this.#loopback = await serve((request) => this.#answer(request));
    return `${this.#loopback.url}api`;
  }

  async stop(): Promise<void> {
    await this.#loopback?.close();
  }

  #answer({ method, path, headers, body }: Request): Answer {
    if (headers.authorization !== `Bearer ${this.bearer}`) return { status: 401 };
    const [, log = ''] = /^\/api\/ledgers\/([^/]+)\/checkpoint$/.exec(path) ?? [];
    if (log === '') return { status: 404 };
    const kept = this.#kept.get(log);
    if (method === 'GET') return kept ? answerWith(200, kept) : { status: 404 };
    if (method !== 'POST') return { status: 405 };
    const given = { ...(JSON.parse(body) as Kept), at: this.#clock.now().toISOString() };
    return given.log === log ? this.#keep(given) : { status: 400 };
  }

  #keep(given: Kept): Answer {
    const kept = this.#kept.get(given.log);
    if (kept && kept.size > given.size) return answerWith(409, kept);
    if (kept?.size === given.size && kept.root !== given.root) return answerWith(409, kept);
    this.#kept.set(given.log, given);
    return answerWith(200, given);
  }
}

function answerWith(status: number, kept: Kept): Answer {
  return { status, type: 'application/json; charset=utf-8', body: canonicalize(kept) };
}
