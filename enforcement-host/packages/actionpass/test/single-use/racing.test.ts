import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { LocalSingleUseStore } from '../../src/index.js';
import { MINUTE, after, settableClock, withFolder } from './support.js';

const RACER = fileURLToPath(import.meta.resolve('./racer.ts'));
const KEYS = 250;
const RACERS = 4;

interface Racer {
  /** Settles when it is ready to run. */
  readonly ready: Promise<void>;
  readonly start: () => void;
  /** What it said until its end. */
  readonly lines: Promise<readonly string[]>;
}

function startRacer(folder: string, number: number, killAfter?: number): Racer {
  const first = Math.floor((number * KEYS) / RACERS);
  const endless = killAfter === undefined ? [] : ['endless'];
  const racer = [RACER, folder, `racer ${number}`, String(KEYS), String(first), ...endless];
  const child = spawn(process.execPath, ['--import', 'tsx', ...racer], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const said: string[] = [];
  const lines = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'ready') isReady();
      else said.push(line);
      if (said.length === killAfter) child.kill('SIGKILL');
    }
    return said;
  })();
  return { ready, start: () => child.stdin.write('go\n'), lines };
}

async function race(racers: readonly Racer[]): Promise<readonly (readonly string[])[]> {
  await Promise.all(racers.map(({ ready }) => ready));
  for (const { start } of racers) start();
  return Promise.all(racers.map(({ lines }) => lines));
}

function keysOf(lines: readonly string[], verdict: 'won' | 'lost'): readonly string[] {
  const prefix = `${verdict} key `;
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}

describe('LocalSingleUseStore in several processes', () => {
  it(`grants each of ${KEYS} keys to exactly one of ${RACERS}`, () =>
    withFolder(async (folder) => {
      const racers = Array.from({ length: RACERS }, (_, n) => startRacer(folder, n));
      const lines = (await race(racers)).flat();
      assert.equal(lines.length, RACERS * KEYS);
      const won = keysOf(lines, 'won');
      assert.equal(won.length, KEYS);
      assert.equal(new Set(won).size, KEYS);
    })).timeout(60_000);

  it('grants none twice when one of them is killed -9, nor after a restart', () =>
    withFolder(async (folder) => {
      const victim = startRacer(folder, 0, 70);
      const others = Array.from({ length: RACERS - 1 }, (_, n) => startRacer(folder, n + 1));
      const [cut = [], ...whole] = await race([victim, ...others]);
      assert.ok(cut.length >= 70);
      const won = [...cut, ...whole.flat()].filter((line) => line.startsWith('won key '));
      assert.equal(new Set(won).size, won.length, 'none twice');
      // The one that the victim may have won, or half marked, when it was killed.
      assert.ok(won.length >= KEYS - 1, String(won.length));

      const store = new LocalSingleUseStore(folder, { clock: settableClock() });
      const again = await Promise.all(
        cut.map((line) => store.use(line.replace(/^(won|lost) /, ''), after(MINUTE))),
      );
      assert.ok(!again.includes(true), 'what the victim had acknowledged is still used');
      const [restarted = []] = await race([startRacer(folder, 2)]);
      assert.equal(keysOf(restarted, 'lost').length, KEYS);
    })).timeout(60_000);
});
