import path from 'node:path';
import { parseArgs } from 'node:util';

import { messageOf } from '@axtary/core';

import { addBenign, goalsOf, percent } from './goals.js';
import { readPack } from './pack.js';
import { readCorpus } from './recorded.js';
import { replay, type Attacked, type Benign, type Replayed, type Stray } from './tally.js';

const USAGE =
  'usage: npm run replay -- [--corpus DIR] [--calls FILE]...   (DIR: AXTARY_CORPUS/agentdojo)';
const SHOWN_STRAYS = 20;

/**
 * Replays recorded calls against the pack of policies and prints what became of them. Exit code 0
 * where all goals are reached, 1 where one is missed, 2 where there is nothing to replay.
 */
function main(): number {
  const { corpus, calls = [] } = parseArgs({
    options: { corpus: { type: 'string' }, calls: { type: 'string', multiple: true } },
  }).values;
  const root = process.env['AXTARY_CORPUS'];
  const folder = corpus ?? (root === undefined ? undefined : path.join(root, 'agentdojo'));
  if (folder === undefined) {
    console.error(USAGE);
    return 2;
  }
  const replayed = replay(readCorpus(folder, calls), readPack());
  printBenign(replayed.filter(({ benign }) => benign.runs > 0));
  printAttacked(replayed.filter(({ attacked }) => attacked.runs > 0));
  printStrays(replayed.flatMap(({ strays }) => strays));
  const goals = goalsOf(replayed);
  for (const { text, isReached } of goals)
    console.log(`${isReached ? 'reached' : 'MISSED '}  ${text}`);
  return goals.every(({ isReached }) => isReached) ? 0 : 1;
}

function printBenign(replayed: readonly Replayed[]): void {
  if (replayed.length === 0) return;
  const sources = [...new Set(replayed.map(({ src }) => src))].toSorted();
  const rows = sources.flatMap((src) => {
    const own = replayed.filter((one) => one.src === src);
    return [
      ...own.map(({ suite, benign }) => benignRow(src, suite, benign)),
      benignRow(src, 'all', addBenign(own)),
    ];
  });
  console.log('Undisturbed runs\n');
  printTable([
    [
      'source',
      'suite',
      'solved runs',
      'uninterrupted',
      '',
      'all runs',
      'uninterrupted',
      '',
      'calls',
    ],
    ...rows,
  ]);
}

function benignRow(src: string, suite: string, benign: Benign): readonly string[] {
  const { runs, uninterrupted, solved, solvedUninterrupted, calls } = benign;
  return [
    ...[src, suite, String(solved), String(solvedUninterrupted)],
    ...[percent(solvedUninterrupted, solved), String(runs), String(uninterrupted)],
    ...[percent(uninterrupted, runs), verdictsInWords(calls)],
  ];
}

function printAttacked(replayed: readonly Replayed[]): void {
  if (replayed.length === 0) return;
  console.log('Attacked runs\n');
  printTable([
    [
      'source',
      'suite',
      'runs',
      'breached',
      'of these unstopped',
      'calls',
      'aimed effects',
      'stray',
    ],
    ...replayed.map(({ src, suite, attacked, strays }) =>
      attackedRow([src, suite], attacked, strays),
    ),
  ]);
}

function attackedRow(
  names: readonly string[],
  attacked: Attacked,
  strays: readonly Stray[],
): readonly string[] {
  const { runs, breached, breachedUninterrupted, calls, effects } = attacked;
  return [
    ...names,
    ...[String(runs), String(breached), String(breachedUninterrupted)],
    ...[verdictsInWords(calls), verdictsInWords(effects), String(strays.length)],
  ];
}

function verdictsInWords({ allow, step_up, deny }: Benign['calls']): string {
  return `${allow} allow, ${step_up} step_up, ${deny} deny`;
}

function printStrays(strays: readonly Stray[]): void {
  for (const { call, aims } of strays.slice(0, SHOWN_STRAYS)) {
    const shown = JSON.stringify(call.args).slice(0, 160);
    console.log(`stray: ${call.suite} ${call.task} ${call.tool} ${shown} (${aims.join(', ')})`);
  }
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
  console.log('');
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(messageOf(error));
  console.error(USAGE);
  process.exitCode = 2;
}
