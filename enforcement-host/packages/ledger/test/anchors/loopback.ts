import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server of this machine, on a port of its own. */
export interface Loopback {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers each request; not at all where the answer is `undefined`. */
export async function serve(answer: (request: Request) => Answer | undefined): Promise<Loopback> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const body = Buffer.concat(chunks).toString('utf8');
      const given = answer({ method, path, headers, body });
      if (given === undefined) return;
      response.writeHead(given.status, { 'content-type': given.type ?? 'text/plain' });
      response.end(given.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
