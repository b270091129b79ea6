import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { LocalJsonlLedger } from '../../src/index.js';
import { call, inFolder } from '../support.js';

const TAILER = fileURLToPath(new URL('tailer.ts', import.meta.url));
const ROUNDS = 5;

function startTail(folder: string): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const args = ['ledger.jsonl', 'events.jsonl', 'cursor.json'].map((name) => join(folder, name));
  return spawn(process.execPath, ['--import', 'tsx', TAILER, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Kills a tail once it has said so many times that a batch was delivered. */
async function killAfter(tail: ReturnType<typeof startTail>, batches: number): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: tail.stdout })) {
    if (said.push(line) === batches) tail.kill('SIGKILL');
  }
}

describe('a tail that is killed', function () {
  this.timeout(120_000);

  it('leaves no record out, keeps their order, and repeats at most a batch a kill', async () => {
    await inFolder(async (folder) => {
      const ledger = new LocalJsonlLedger(join(folder, 'ledger.jsonl'), { rotateAt: 32_768 });
      const writing = writeSlowly(ledger);
      for (let round = 1; round <= ROUNDS; round++) await killAfter(startTail(folder), round * 3);
      await writing;
      const tail = startTail(folder);
      const { size } = ledger.head();
      for await (const line of createInterface({ input: tail.stdout })) {
        if (Number(line) === size - 1) tail.kill('SIGTERM');
      }
      if (tail.exitCode === null && tail.signalCode === null) await once(tail, 'exit');
      await ledger.close();

      const lines = (await readFile(join(folder, 'events.jsonl'), 'utf8')).split('\n');
      assert.equal(lines.pop(), '');
      const seqs = lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
      assert.deepEqual(
        [...new Set(seqs)],
        Array.from({ length: size }, (_, seq) => seq),
      );
      assert.ok(seqs.length - size <= ROUNDS * 7, `${seqs.length - size} repeated`);
    });
  });
});

/** Appends 150 calls, each when the one before is durable. */
async function writeSlowly(ledger: LocalJsonlLedger): Promise<void> {
  for (let n = 0; n < 150; n++) await ledger.append(call(n));
}
