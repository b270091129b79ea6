import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A syslog receiver of this machine. */
export interface Receiver {
  readonly address: string;
  /** Messages in the order of their coming. */
  readonly messages: string[];
  close(): Promise<void>;
}

export interface StreamOptions {
  /** What the receiver does with a connection in place of reading it to its end. */
  readonly onConnection?: (socket: Socket) => void;
  readonly tls?: TlsOptions;
}

/** Listens on a port, or on a path where one is given, and reads octet counts (RFC 6587). */
export async function streamReceiver(
  path?: string,
  options: StreamOptions = {},
): Promise<Receiver> {
  const messages: string[] = [];
  const take = options.onConnection ?? ((socket: Socket) => collect(socket, messages));
  const open = new Set<Socket>();
  const server = options.tls ? createTlsServer(options.tls, take) : createServer(take);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path });
  await once(server, 'listening');
  const scheme = options.tls ? 'tls' : 'tcp';
  const address = path === undefined ? `${scheme}://127.0.0.1:${portOf(server)}` : `unix:${path}`;
  return { address, messages, close: () => closed(server, open) };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closed(server: Server, open: Iterable<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

// All bytes of a connection come before its end, and the messages are there before ours.
function collect(socket: Socket, messages: string[]): void {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.on('end', () => messages.push(...parseFrames(Buffer.concat(chunks))));
}

/** RFC 6587 section 3.4.1, strictly: MSG-LEN SP SYSLOG-MSG, and nothing between. */
export function parseFrames(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = bytes.subarray(at, space).toString('latin1');
    if (space < 0 || !/^[1-9]\d*$/.test(digits)) throw new Error(`no length at ${at}`);
    const end = space + 1 + Number(digits);
    if (end > bytes.length) throw new Error('a message is shorter than its length says');
    messages.push(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(space + 1, end)));
    at = end;
  }
  return messages;
}

/** A receiver of datagrams; `received` resolves when there are so many. */
export async function datagramReceiver(): Promise<
  Receiver & { received(count: number): Promise<void> }
> {
  const messages: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (bytes) =>
    messages.push(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
  );
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `udp://127.0.0.1:${socket.address().port}`,
    messages,
    async received(count) {
      while (messages.length < count) await once(socket, 'message');
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

export interface SyslogMessage {
  readonly priority: number;
  readonly time: string;
  readonly hostname: string;
  readonly app: string;
  readonly process: string;
  readonly id: string;
  readonly data: Readonly<Record<string, string>>;
  readonly text: string;
}

// RFC 5424 section 6: PRI VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP
// STRUCTURED-DATA [SP MSG], with one element of structured data.
const HEADER =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) \[([!#-<>-\\^-~]{1,32})/;
const PARAM = /^ ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/;

/** Reads one message, strictly. */
export function parseSyslog(message: string): SyslogMessage {
  const header = HEADER.exec(message);
  if (!header) throw new Error(`no header: ${message.slice(0, 200)}`);
  const [all, priority, time = '', hostname = '', app = '', process = '', id = ''] = header;
  const data: Record<string, string> = {};
  let rest = message.slice(all.length);
  for (let param = PARAM.exec(rest); param; param = PARAM.exec(rest)) {
    const [whole, name = '', value = ''] = param;
    if (name in data) throw new Error(`${name} is there twice`);
    data[name] = value.replace(/\\(["\\\]])/g, '$1');
    rest = rest.slice(whole.length);
  }
  if (!rest.startsWith('] ')) throw new Error(`structured data does not end: ${rest.slice(0, 80)}`);
  return {
    priority: Number(priority),
    time,
    hostname,
    app,
    process,
    id,
    data,
    text: rest.slice(2),
  };
}
