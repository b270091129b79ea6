import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';

import { serve, type Answer, type Loopback, type Request } from './loopback.js';

/** A collector of this machine that writes what it is sent as a file exporter does. */
export class FakeCollector {
  /** What was sent. */
  readonly requests: Request[] = [];
  /** How many records of the next requests it rejects. */
  rejects = 0;
  readonly #file: string;
  #loopback: Loopback | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async start(): Promise<string> {
    this.#loopback = await serve((request) => this.#answer(request));
    return this.#loopback.url;
  }

  async stop(): Promise<void> {
    await this.#loopback?.close();
  }

  #answer(request: Request): Answer {
    assert.equal(request.path, '/v1/logs');
    this.requests.push(request);
    if (request.headers['content-type'] !== 'application/json') return { status: 415 };
    const partialSuccess = { rejectedLogRecords: String(this.rejects), errorMessage: 'no room' };
    if (this.rejects === 0) appendFileSync(this.#file, `${request.body}\n`);
    const body = JSON.stringify(this.rejects === 0 ? {} : { partialSuccess });
    return { status: 200, type: 'application/json', body };
  }
}
