import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

import { messageOf } from '@axtary/core';

import { SinkError } from './errors.js';
import { syslogAddressText, type DatagramAddress } from './syslog-address.js';

/** What a datagram of UDP over IPv4 can hold; RFC 5426 section 3.2 leaves it to the network. */
const MAX_BYTES = 65_507;

/**
 * Sends each message as a datagram (RFC 5426); what is longer than one can hold is cut.
 *
 * @throws SinkError `SINK_UNAVAILABLE` where a datagram could not even be sent.
 */
export async function sendDatagrams(
  messages: readonly Buffer[],
  address: DatagramAddress,
  signal: AbortSignal,
): Promise<void> {
  const socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4');
  try {
    await connected(socket, address);
    for (const message of messages) {
      signal.throwIfAborted();
      await send(socket, cut(message));
    }
  } catch (cause) {
    const message = `${syslogAddressText(address)}: ${messageOf(cause)}`;
    throw new SinkError('SINK_UNAVAILABLE', message, { cause });
  } finally {
    socket.close();
  }
}

function connected(socket: Socket, { host, port }: DatagramAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    // Kept for as long as the socket lives: an answer that nobody listens comes whenever it comes.
    socket.on('error', reject);
    // Called with an error where the name cannot be resolved, whatever its type says.
    socket.connect(port, host, (error?: Error) => (error ? reject(error) : resolve()));
  });
}

function send(socket: Socket, message: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (error) => (error ? reject(error) : resolve()));
  });
}

/** Cuts before a byte that begins a character, so that what is left is UTF-8. */
function cut(message: Buffer): Buffer {
  if (message.length <= MAX_BYTES) return message;
  let end = MAX_BYTES;
  while (((message[end] ?? 0) & 0xc0) === 0x80) end--;
  return message.subarray(0, end);
}
