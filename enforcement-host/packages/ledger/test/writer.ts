import { execFileSync } from 'node:child_process';

import { codeOf } from '@axtary/core';

import { LocalJsonlLedger } from '../src/index.js';
import { call, decision } from './support.js';

const [task, path = ''] = process.argv.slice(2);
await (task === 'fill' ? fill() : append());

/** Eight callers append for ever; each call is named on stdout once it is durable. */
async function append(): Promise<void> {
  const ledger = new LocalJsonlLedger(path);
  await Promise.all(
    Array.from({ length: 8 }, async (_, caller) => {
      for (let n = 0; ; n++) {
        const name = `${process.pid}.${caller}.${n}`;
        await ledger.append(call(name));
        say({ acknowledged: `dec_${name}` });
      }
    }),
  );
}

/** Appends until the file may grow no more, then once again after the limit is lifted. */
async function fill(): Promise<void> {
  const health: (string | null)[] = [];
  const ledger = new LocalJsonlLedger(path, {
    onHealth: (fault) => health.push(fault?.code ?? null),
  });
  await ledger.open();
  limitFileSize('20000');
  const errors: string[] = [];
  for (let n = 0; errors.length < 3; n++) {
    const attempts = ['a', 'b', 'c'].map((name) => ledger.append([decision(`${name}${n}`)]));
    for (const result of await Promise.allSettled(attempts)) {
      if (result.status === 'rejected') errors.push(codeOf(result.reason));
    }
  }
  const full = ledger.head();
  limitFileSize('unlimited');
  await ledger.append(call('after'));
  say({ errors, health, full: full.size, after: ledger.head().size });
  await ledger.close();
}

function limitFileSize(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
