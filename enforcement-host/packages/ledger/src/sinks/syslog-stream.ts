import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect as connectTls } from 'node:tls';

import { messageOf } from '@axtary/core';

import { SinkError } from './errors.js';
import { syslogAddressText, type StreamAddress } from './syslog-address.js';

/**
 * Sends messages over one connection, each after its length (RFC 6587 section 3.4.1), closes our
 * half and waits until the receiver closes the other, which it does when it has read to the end.
 *
 * @throws SinkError `SINK_UNAVAILABLE`.
 */
export async function sendStream(
  messages: readonly Buffer[],
  address: StreamAddress,
  signal: AbortSignal,
): Promise<void> {
  const name = syslogAddressText(address);
  const socket = open(address);
  try {
    // What a receiver says is read, or its end would never be seen.
    socket.resume();
    const bytes = Buffer.concat(messages.flatMap(frame));
    await Promise.all([
      endOf(socket, signal),
      pipeline(Readable.from([bytes]), socket, { signal }),
    ]);
  } catch (cause) {
    const why = signal.aborted ? 'it did not read to the end in time' : messageOf(cause);
    throw new SinkError('SINK_UNAVAILABLE', `${name}: ${why}`, { cause });
  } finally {
    socket.destroy();
  }
}

async function endOf(socket: Socket, signal: AbortSignal): Promise<void> {
  await once(socket, 'end', { signal });
  if (!socket.writableFinished) throw new Error('it closed the connection before the end');
}

function open(address: StreamAddress): Socket {
  if (address.transport === 'unix') return connect({ path: address.path });
  const { transport, host, port } = address;
  if (transport === 'tcp') return connect({ host, port });
  // RFC 6066 section 3: an address is no server name.
  return connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) });
}

function frame(message: Buffer): readonly Buffer[] {
  return [Buffer.from(`${message.length} `), message];
}
