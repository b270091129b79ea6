import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';

import {
  FileSink,
  LEDGER_FORMATS,
  LocalTailSource,
  OtlpSink,
  SyslogSink,
  tailLedger,
  type LedgerSink,
  type TailStatus,
} from '@axtary/ledger';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { checked, needed } from '../needed-options.js';
import { readSecretLine } from '../secret-file.js';
import type { LedgerTailOptions } from '../tail-options.js';
import { printable, type Terminal } from '../terminal.js';

/** Attempts in a row after which `--once` gives up: about half a minute. */
const ATTEMPTS = 5;

/** Sends records on as they come, until it is interrupted; with `once`, those that are there. */
export async function ledgerTail(options: LedgerTailOptions, context: CliContext): Promise<void> {
  const { terminal, onInterrupt } = context;
  const sink = await sinkOf(options, context);
  const source = new LocalTailSource(options.ledger);
  const stop = new AbortController();
  const stopListening = onInterrupt(() => stop.abort());
  const status = new StatusLine(sink.name, terminal);
  try {
    const { records, next } = await tailLedger({
      source,
      sink,
      cursorFile: cursorFile(options, context),
      signal: stop.signal,
      onStatus: (news) => status.show(news),
      ...(options.from !== undefined && { from: options.from }),
      ...(options.once && { once: { attempts: ATTEMPTS } }),
    });
    terminal.progress('');
    terminal.print(`Delivered ${records} records to ${printable(sink.name)}; ${next} comes next`);
  } finally {
    terminal.progress('');
    stopListening();
    source.close();
  }
}

/** Says on the terminal how a tail is getting on; what is wrong once, until it is right again. */
class StatusLine {
  readonly #name: string;
  readonly #terminal: Terminal;
  #isAway = false;

  constructor(name: string, terminal: Terminal) {
    this.#name = printable(name);
    this.#terminal = terminal;
  }

  show(status: TailStatus): void {
    const terminal = this.#terminal;
    switch (status.state) {
      case 'delivered':
        if (this.#isAway) this.#warn(`${this.#name} takes records again`);
        this.#isAway = false;
        terminal.progress(`${status.records} records delivered, up to ${status.seq}`);
        return;
      case 'caught-up':
        terminal.progress(`${status.records} records delivered; waiting for ${status.next}`);
        return;
      case 'waiting': {
        this.#isAway = true;
        const seconds = Math.ceil(status.retryInMs / 1000);
        this.#warn(`${printable(status.error.message)}; trying again in ${seconds} s`);
        return;
      }
      case 'rejected':
        this.#warn(`${this.#name} dropped ${status.records} records: ${printable(status.why)}`);
    }
  }

  #warn(text: string): void {
    this.#terminal.progress('');
    this.#terminal.warn(`axtary: ${text}`);
  }
}

async function sinkOf(options: LedgerTailOptions, context: CliContext): Promise<LedgerSink> {
  const { cwd, clock, version } = context;
  const software = { software: version };
  const format = options.format && LEDGER_FORMATS[options.format];
  switch (options.to) {
    case 'file': {
      const file = path.resolve(cwd, needed(options, 'file'));
      return new FileSink({ file, format: format ?? LEDGER_FORMATS.jsonl, context: software });
    }
    case 'syslog': {
      const address = needed(options, 'address');
      return checked(
        () => new SyslogSink({ address, format, context: software, hostname: hostname() }),
      );
    }
    case 'otlp': {
      if (options.format !== undefined && options.format !== 'otlp') {
        throw new CliError('CLI_USAGE', '--to otlp has a format of its own');
      }
      const url = needed(options, 'url');
      const headers = await headersOf(options, context);
      const compression = options.gzip ? 'gzip' : 'none';
      return checked(() => new OtlpSink({ url, context: software, clock, headers, compression }));
    }
  }
}

async function headersOf(
  { bearerFile }: LedgerTailOptions,
  context: CliContext,
): Promise<Readonly<Record<string, string>>> {
  if (bearerFile === undefined) return {};
  const bearer = await readSecretLine(path.resolve(context.cwd, bearerFile), 'bearer', context);
  return { authorization: `Bearer ${bearer}` };
}

/** Each receiver has a cursor of its own, which is found again by the same options. */
function cursorFile(options: LedgerTailOptions, { cwd }: CliContext): string {
  const { ledger, cursor, to, file, address, url, format } = options;
  if (cursor !== undefined) return path.resolve(cwd, cursor);
  const where = [file === undefined ? undefined : path.resolve(cwd, file), address, url, format];
  const key = createHash('sha256')
    .update(JSON.stringify([to, ...where]))
    .digest('hex');
  return path.join(`${ledger}.tails`, `${to}-${key.slice(0, 16)}.json`);
}
