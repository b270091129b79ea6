import path from 'node:path';

import { Option, type Command } from 'commander';

import { ANCHOR_KINDS, type LedgerAnchorOptions, type ReadLedgerTree } from './anchor-options.js';
import type { CliContext } from './context.js';
import { examples, ledgerOf, withLedger, type LedgerOptions } from './program-options.js';

type AnchorArguments = Omit<LedgerAnchorOptions, 'ledger'> & LedgerOptions;
type NoteKeyArguments = Pick<AnchorArguments, 'noteKey' | 'json'> & LedgerOptions;

const NOTE_KEY = 'PEM of the Ed25519 key of the notes; default: beside the ledger, made if missing';

/** The commands below `ledger` that take a ledger's checkpoints elsewhere. */
export function addLedgerAnchor(
  ledger: Command,
  context: CliContext,
  readTree: ReadLedgerTree,
): void {
  withLedger(ledger.command('anchor'), context)
    .description('let somebody else keep the last checkpoint of a ledger')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .addOption(new Option('--to <kind>', 'who').choices(ANCHOR_KINDS).makeOptionMandatory())
    .option('--url <url>', 'witness, otlp, control-plane: where, over https')
    .option('--witness-key <key>', 'witness: its verifier key, name+hash+key')
    .option('--note-key <file>', `witness, git: ${NOTE_KEY}`)
    .option('--repository <folder>', 'git: the repository')
    .option('--branch <name>', 'git: the branch; default: axtary-anchors')
    .option('--remote <name>', 'git: push the branch there')
    .option('--out <file>', 'file: which one; it only grows')
    .option('--bearer-file <file>', 'otlp, control-plane: the bearer, on one line')
    .option('--json', 'print the anchor as JSON', false)
    .addHelpText('after', ANCHOR_HELP)
    .action(async (file: string | undefined, options: AnchorArguments) => {
      const { ledgerAnchor } = await import('./commands/ledger-anchor.js');
      const named = { ...options, ledger: await namedLedger(file, options, context) };
      await ledgerAnchor(named, context, readTree);
    });
  withLedger(ledger.command('note-key'), context)
    .description('print the origin and the key by which a witness knows a ledger')
    .argument('[file]', 'the ledger; default: that of the workspace')
    .option('--note-key <file>', NOTE_KEY)
    .option('--json', 'print them as JSON', false)
    .action(async (file: string | undefined, options: NoteKeyArguments) => {
      const { ledgerNoteKey } = await import('./commands/ledger-anchor.js');
      const named = { ...options, ledger: await namedLedger(file, options, context) };
      await ledgerNoteKey(named, context, readTree);
    });
}

const ANCHOR_HELP = `
An anchor shows later that the ledger was neither cut, set back, forked nor rewritten up to this
checkpoint. It is worth as much as its place: a file or a branch that only this machine has can be
changed with the ledger. A witness (c2sp.org/tlog-witness) checks itself that the ledger only grew.
${examples(
  'axtary ledger anchor --to witness --url https://witness.example --witness-key w1+1a2b3c4d+BA…',
  'axtary ledger anchor --to git --repository ~/anchors --remote origin',
  'axtary ledger anchor --to file --out /mnt/other-disk/heads.jsonl',
)}`;

async function namedLedger(
  file: string | undefined,
  options: LedgerOptions,
  context: CliContext,
): Promise<string> {
  return file === undefined ? ledgerOf(options, context) : path.resolve(context.cwd, file);
}
