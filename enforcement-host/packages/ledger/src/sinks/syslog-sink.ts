import type { LedgerEvent } from '../formats/ledger-event.js';
import { ALL_TAKEN, type DeliverOptions, type DeliverReport, type LedgerSink } from './sink.js';
import { parseSyslogAddress, syslogAddressText, type SyslogAddress } from './syslog-address.js';
import { sendDatagrams } from './syslog-datagrams.js';
import { syslogMessage, type SyslogMessageOptions } from './syslog-message.js';
import { sendStream } from './syslog-stream.js';

export interface SyslogSinkOptions extends SyslogMessageOptions {
  /** `tcp://host:port`, `tls://host:port`, `udp://host:port` or `unix:/path` (a stream). */
  readonly address: string;
  /** How long one batch may take; 10 s by default. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Sends messages of RFC 5424. Over a stream each batch has a connection of its own, and counts as
 * delivered when the receiver has closed it after reading all of it: syslog has no answer that would
 * say so. UDP says nothing at all, so there whatever was sent counts as delivered.
 */
export class SyslogSink implements LedgerSink {
  readonly name: string;
  readonly #options: SyslogSinkOptions;
  readonly #address: SyslogAddress;

  /** @throws TypeError for an address that is none. */
  constructor(options: SyslogSinkOptions) {
    this.#options = options;
    this.#address = parseSyslogAddress(options.address);
    this.name = syslogAddressText(this.#address);
  }

  async deliver(
    events: readonly LedgerEvent[],
    { signal: given }: DeliverOptions = {},
  ): Promise<DeliverReport> {
    const messages = events.map((event) => syslogMessage(event, this.#options));
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = given ? AbortSignal.any([timeout, given]) : timeout;
    const address = this.#address;
    if (address.transport === 'udp') await sendDatagrams(messages, address, signal);
    else await sendStream(messages, address, signal);
    return ALL_TAKEN;
  }

  async close(): Promise<void> {
    // Nothing is open between batches.
  }
}
