import { canonicalize } from '@axtary/core';
import type { PolicyTestResult } from '@axtary/policy';

import { printable, type Terminal } from '../../terminal.js';
import type { TestedFile, TestedPolicies } from './tested.js';

/** Test Anything Protocol, version 14: a broken file is a test that fails. */
export function printTap({ files }: TestedPolicies, terminal: Terminal): void {
  const points = files.flatMap((file) => [
    ...file.issues
      .filter(({ severity }) => severity === 'error')
      .map((issue) => ({ name: issue.file, message: issue.message, range: issue.range })),
    ...file.results.map((result) => pointOf(file, result)),
  ]);
  terminal.print('TAP version 14');
  terminal.print(`1..${points.length}`);
  for (const [at, { name, message, ...rest }] of points.entries()) {
    const result = message === undefined ? 'ok' : 'not ok';
    terminal.print(`${result} ${at + 1} - ${escaped(name)}`);
    if (message === undefined) continue;
    terminal.print('  ---');
    for (const [key, value] of Object.entries({ message, ...rest })) {
      // JSON is YAML; canonical JSON is on one line.
      terminal.print(`  ${key}: ${printable(canonicalize(value))}`);
    }
    terminal.print('  ...');
  }
}

function pointOf({ file }: TestedFile, { name, message, ...result }: PolicyTestResult) {
  const { expected, actual, expectRange: range } = result;
  return { name: `${file}: ${name}`, message, range, expected, actual };
}

// `#` begins a directive, such as one that would make a failure count as a success.
function escaped(name: string): string {
  return printable(name).replace(/[\\#]/g, '\\$&');
}
