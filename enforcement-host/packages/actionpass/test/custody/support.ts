import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import { ARTIFACT_TYPES } from '@axtary/core';

import {
  KeyError,
  createKeyring,
  signCompact,
  verifyCompact,
  type CustodySigner,
} from '../../src/index.js';

/** A request as a fake service sees it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer of a fake service; as a function it writes by itself, or never. */
export type Answer =
  { readonly status: number; readonly body: unknown } | ((response: ServerResponse) => void);

/** A loopback HTTP service that answers each request as it is told. */
export class FakeService {
  readonly received: Received[] = [];
  readonly #server: Server;
  /** Overrides what the service would answer. */
  instead: ((request: Received) => Answer | undefined) | undefined;

  constructor(answer: (request: Received) => Answer) {
    this.#server = createServer((request, response) => {
      void readRequest(request).then((received) => {
        this.received.push(received);
        respond(response, this.instead?.(received) ?? answer(received));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Received['body'],
  };
}

function respond(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'function') {
    answer(response);
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
}

/** Answers that no custodian may be fooled by, with the code that each must end in. */
export const brokenAnswers: Readonly<Record<string, readonly [Answer, string]>> = {
  'no JSON': [{ status: 200, body: '<html>' }, 'KEY_RESPONSE_INVALID'],
  'an empty body': [{ status: 200, body: '' }, 'KEY_RESPONSE_INVALID'],
  'an empty object': [{ status: 200, body: {} }, 'KEY_RESPONSE_INVALID'],
  'a list': [{ status: 200, body: [] }, 'KEY_RESPONSE_INVALID'],
  'a member twice': [
    { status: 200, body: '{"data":{},"data":{},"Signature":"","Signature":""}' },
    'KEY_RESPONSE_INVALID',
  ],
  'over 64 kB': [{ status: 200, body: { pad: 'x'.repeat(70_000) } }, 'KEY_RESPONSE_INVALID'],
  'an endless body': [writeEndlessly, 'KEY_RESPONSE_INVALID'],
  'a redirect': [redirect, 'KEY_UNAVAILABLE'],
  'a connection that is cut': [cutConnection, 'KEY_UNAVAILABLE'],
  'a body that is cut': [cutBody, 'KEY_UNAVAILABLE'],
  'no answer at all': [neverAnswer, 'KEY_TIMEOUT'],
  'a header and no more': [answerHalf, 'KEY_TIMEOUT'],
};

function writeEndlessly(response: ServerResponse): void {
  const write = (): void => void response.write('x'.repeat(8192), () => setImmediate(write));
  response.writeHead(200);
  write();
}

function redirect(response: ServerResponse): void {
  response.writeHead(307, { location: '/elsewhere' }).end();
}

function cutConnection(response: ServerResponse): void {
  response.destroy();
}

function cutBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{', () => response.destroy());
}

function neverAnswer(): void {
  // The caller's patience is what is tested.
}

function answerHalf(response: ServerResponse): void {
  response.writeHead(200).write('{');
}

/** Asserts that the signer signs what a keyring of its public key verifies. */
export async function assertSigns(signer: CustodySigner): Promise<void> {
  const token = await signCompact(signer, ARTIFACT_TYPES.pass, '{"a":1}');
  const key = createKeyring([signer.publicJwk]).keyFor(signer.kid, new Date(0));
  assert.deepEqual(await verifyCompact(token, ARTIFACT_TYPES.pass, key), { a: 1 });
}

/** Asserts a coded rejection that gives away none of the secrets, wherever one looks in it. */
export async function assertFails(
  work: Promise<unknown>,
  code: string,
  secrets: readonly string[] = [],
): Promise<void> {
  const error: unknown = await work.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof KeyError, inspect(error));
  assert.equal(error.code, code, inspect(error));
  const shown = inspect(error, { depth: 8, showHidden: true }) + (error.stack ?? '');
  for (const secret of secrets) assert.ok(!shown.includes(secret), `${secret} in ${shown}`);
}
