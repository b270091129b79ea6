import path from 'node:path';

import { Option, type Command } from 'commander';

import type { CliContext } from './context.js';
import { defaultStateFolder, ledgerFile } from './state-folder.js';

export interface StateOption {
  readonly state?: string;
}

/** Options that name a workspace's ledger. */
export interface LedgerOptions extends StateOption {
  readonly workspace: string;
}

/** Adds the options that name a workspace's ledger. */
export function withLedger(command: Command, context: CliContext): Command {
  return command
    .option('--workspace <folder>', 'folder of the axtary.yml', '.')
    .addOption(stateOption(context));
}

/** The ledger that the options name. */
export function ledgerOf(options: LedgerOptions, context: CliContext): Promise<string> {
  const { state = defaultStateFolder(context), workspace } = absoluteState(options, context);
  return ledgerFile(state, path.resolve(context.cwd, workspace));
}

export function absoluteState<T extends StateOption>(options: T, { cwd }: CliContext): T {
  const { state } = options;
  return state === undefined ? options : { ...options, state: path.resolve(cwd, state) };
}

export function stateOption(context: CliContext): Option {
  const shown = `default: ${defaultStateFolder(context)}`;
  return new Option('--state <folder>', `state of the enforcement host (${shown})`);
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
