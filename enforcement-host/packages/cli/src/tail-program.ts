import path from 'node:path';

import { InvalidArgumentError, Option, type Command } from 'commander';

import type { CliContext } from './context.js';
import { examples, ledgerOf, withLedger, type LedgerOptions } from './program-options.js';
import { TAIL_KINDS, type LedgerTailOptions } from './tail-options.js';

type TailArguments = Omit<LedgerTailOptions, 'ledger'> & LedgerOptions;

/** The command below `ledger` that sends records elsewhere as they come. */
export function addLedgerTail(
  ledger: Command,
  context: CliContext,
  formats: readonly string[],
): void {
  withLedger(ledger.command('tail'), context)
    .description('send records to another system as they come; what it has is no evidence')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .addOption(new Option('--to <kind>', 'where').choices(TAIL_KINDS).makeOptionMandatory())
    .addOption(new Option('--format <format>', 'file, syslog: which').choices(formats))
    .option('--file <file>', 'file: which one; it only grows')
    .option('--address <address>', 'syslog: tcp://, tls:// or udp://HOST:PORT, or unix:/PATH')
    .option('--url <url>', 'otlp: the collector, over https')
    .option('--bearer-file <file>', 'otlp: the bearer, on one line')
    .option('--gzip', 'otlp: compress', false)
    .option('--once', 'deliver what is new, and end', false)
    .option('--from <seq>', 'begin at this record, where there is no cursor yet', wholeNumber)
    .option('--cursor <file>', 'where it keeps how far it is; default: beside the ledger')
    .addHelpText('after', TAIL_HELP)
    .action(async (given: string | undefined, options: TailArguments) => {
      const { ledgerTail } = await import('./commands/ledger-tail.js');
      const file =
        given === undefined ? await ledgerOf(options, context) : path.resolve(context.cwd, given);
      await ledgerTail({ ...options, ledger: file }, context);
    });
}

const TAIL_HELP = `
Every record arrives in order and at least once: the cursor moves only after the receiver has it, so
a tail that was killed repeats at most the batch that it was at. A receiver that is away is waited
for, with a message; one that refuses ends the tail. With --once it gives up after five attempts and
ends with 1; run it from cron or a timer.
  file    lines of --format (default: jsonl), durable, in a file that may be rotated by renaming
  syslog  RFC 5424; without --format a sentence and structured data. A stream (octet counting, RFC
          6587) has a connection for each batch, and the receiver's end of it says that it was read.
          udp:// can lose messages without anybody noticing. tls:// trusts what Node.js trusts
          (NODE_EXTRA_CA_CERTS adds to it)
  otlp    OTLP/HTTP logs in JSON; /v1/logs is added to the address
jsonl has whole records. The other formats leave out what people and agents wrote into them at
length, but not names, resources and hashes: choose a receiver that may know them.
${examples(
  'axtary ledger tail --to otlp --url https://collector.example --bearer-file token.txt',
  'axtary ledger tail --to syslog --address tls://siem.example --format cef',
  'axtary ledger tail --to file --file /var/log/axtary/events.jsonl --format ocsf --once',
)}`;

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 0');
}
