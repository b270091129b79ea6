import { writeSync } from 'node:fs';

import { LocalSingleUseStore } from '../../src/index.js';
import { NOW } from '../support.js';

// racer.ts <folder> <name> <keys> <first> [endless]: uses every key once, from the first one on,
// and names each with its verdict on stdout once that is known. Endless: then keys of its own.
const [folder = '', name = '', keys = '', first = '', endless] = process.argv.slice(2);
const store = new LocalSingleUseStore(folder, { clock: { now: () => NOW } });
const expiresAt = new Date(NOW.getTime() + 60_000);

process.stdin.once('data', () => void race());
say('ready');

async function race(): Promise<void> {
  process.stdin.destroy();
  for (let n = 0; n < Number(keys); n++) await use(`key ${(Number(first) + n) % Number(keys)}`);
  for (let n = 0; endless !== undefined; n++) await use(`${name} ${n}`);
}

async function use(key: string): Promise<void> {
  const isFirst = await store.use(key, expiresAt);
  say(`${isFirst ? 'won' : 'lost'} ${key}`);
}

/** Written at once: a line that was said is not lost when the process is killed. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}
