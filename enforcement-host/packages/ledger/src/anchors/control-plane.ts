import { canonicalize, isJsonObject, parseStrictJson } from '@axtary/core';

import { anchorSchema } from './anchor.js';
import type {
  Anchor,
  AnchorSource,
  AnchorTarget,
  Checkpoint,
  PushOptions,
  Receipt,
} from './anchor.js';
import { AnchorError } from './errors.js';
import { endpointOf, send, unexpected, type HttpAnchorOptions, type HttpAnswer } from './http.js';

export interface ControlPlaneAnchorOptions extends HttpAnchorOptions {
  /** What the control plane knows this machine by. */
  readonly bearer: string;
}

const BEARER = /^[\x21-\x7e]+$/;

/**
 * The control plane of another machine, which keeps the largest checkpoint of each ledger:
 *
 * - `POST <url>/ledgers/<log>/checkpoint` with `{head, log, root, size}` answers 200 with
 *   `{at, head, log, root, size}` once that is kept, or 409 with what it has instead, if that is
 *   larger or of the same size and another root.
 * - `GET <url>/ledgers/<log>/checkpoint` answers 200 with the same members, or 404.
 *
 * It takes no proofs: it finds a cut end and a rollback at once, and a rewrite when a ledger is
 * compared with it.
 */
export class ControlPlaneAnchor implements AnchorTarget, AnchorSource {
  readonly name: string;
  readonly #options: ControlPlaneAnchorOptions;

  /** @throws TypeError unless it is https, or http to this machine, and a bearer fits a header. */
  constructor(options: ControlPlaneAnchorOptions) {
    if (!BEARER.test(options.bearer)) throw new TypeError('the bearer is malformed');
    this.name = `control-plane:${endpointOf(options.url, '').host}`;
    this.#options = options;
  }

  async push(
    { log, size, root, head }: Checkpoint,
    { signal }: PushOptions = {},
  ): Promise<Receipt> {
    const url = this.#url(log);
    const answer = await send(
      {
        url,
        method: 'POST',
        headers: { ...this.#headers(), 'content-type': 'application/json' },
        body: canonicalize({ head, log, root, size }),
        signal,
      },
      this.#options,
    );
    if (answer.status === 409) throw this.#conflict(this.#parse(answer, log), size);
    if (answer.status === 404) {
      throw new AnchorError('ANCHOR_REFUSED', `${url.host} takes no checkpoints of this ledger`);
    }
    if (answer.status !== 200) throw unexpected(url, answer);
    const anchor = this.#parse(answer, log);
    if (anchor.size === size && anchor.root === root) return { anchor };
    throw new AnchorError('ANCHOR_RESPONSE_INVALID', `${url.host} has kept another checkpoint`);
  }

  async read(log: string): Promise<readonly Anchor[]> {
    const url = this.#url(log);
    const answer = await send({ url, method: 'GET', headers: this.#headers() }, this.#options);
    if (answer.status === 404) return [];
    if (answer.status !== 200) throw unexpected(url, answer);
    return [this.#parse(answer, log)];
  }

  #url(log: string): URL {
    return endpointOf(this.#options.url, `ledgers/${encodeURIComponent(log)}/checkpoint`);
  }

  #headers(): Readonly<Record<string, string>> {
    return { accept: 'application/json', authorization: `Bearer ${this.#options.bearer}` };
  }

  #conflict(known: Anchor, size: number): AnchorError {
    const other = known.size === size ? `another tree of ${size}` : `${known.size}`;
    const message = `${this.name} knows ${other} records, but the ledger has ${size}`;
    return new AnchorError('ANCHOR_CONFLICT', message);
  }

  #parse({ text }: HttpAnswer, log: string): Anchor {
    const parsed = anchorSchema.safeParse({ ...parseObject(text), by: this.name });
    if (parsed.data?.log === log) return parsed.data;
    const message = `${this.name} answered without a checkpoint of this ledger`;
    throw new AnchorError('ANCHOR_RESPONSE_INVALID', message);
  }
}

function parseObject(text: string): object {
  try {
    const value = parseStrictJson(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
