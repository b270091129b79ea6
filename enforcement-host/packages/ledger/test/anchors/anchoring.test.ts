import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';

import { sha256 } from '@axtary/core/digest';

import {
  AnchorError,
  createAnchorer,
  type Anchorer,
  type AnchorErrorCode,
  type AnchorTarget,
  type Checkpoint,
  type PushOptions,
  type Receipt,
} from '../../src/index.js';
import { CLOCK } from './ledgers.js';

const LOG = `log_${'A'.repeat(22)}`;

function checkpoint(size: number): Checkpoint {
  return { log: LOG, size, root: sha256(`root ${size}`), head: sha256(`${size}`) };
}

/** An anchor that does what the test says next. */
class ScriptedAnchor implements AnchorTarget {
  readonly name: string;
  readonly events = new EventEmitter();
  readonly pushed: number[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  readonly answers: (AnchorErrorCode | Promise<void>)[] = [];
  underWay = 0;
  mostUnderWay = 0;

  constructor(name = 'file') {
    this.name = name;
  }

  async push(given: Checkpoint, { signal }: PushOptions = {}): Promise<Receipt> {
    this.pushed.push(given.size);
    this.signals.push(signal);
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    const answer = this.answers.shift();
    this.events.emit('push');
    try {
      await answer;
      if (typeof answer === 'string') throw new AnchorError(answer, 'as the test says');
      return { anchor: { ...given, by: this.name } };
    } finally {
      this.underWay--;
    }
  }
}

/** An anchorer whose pauses end when the test says so. */
class Scene {
  readonly anchor = new ScriptedAnchor();
  readonly kept: number[] = [];
  readonly pauses: number[] = [];
  readonly anchorer: Anchorer;
  readonly #events = new EventEmitter();
  // Fails the next receipt.
  receiptFails = false;

  constructor(...more: readonly AnchorTarget[]) {
    this.anchorer = createAnchorer({
      anchors: [this.anchor, ...more],
      receipts: {
        add: ({ anchor }) => {
          if (this.receiptFails) {
            this.receiptFails = false;
            return Promise.reject(new AnchorError('ANCHOR_WRITE_FAILED', 'full'));
          }
          this.kept.push(anchor.size);
          return Promise.resolve();
        },
      },
      clock: CLOCK,
      everyMs: 7000,
      onChange: () => this.#events.emit('change'),
      wait: async (milliseconds, signal) => {
        this.pauses.push(milliseconds);
        const ended = once(this.#events, 'end of pause', { signal });
        this.#events.emit('pause');
        await ended;
      },
    });
  }

  /** Does something, and waits for the attempt that it leads to. */
  async attempt(act: () => void): Promise<void> {
    const changed = once(this.#events, 'change');
    act();
    await changed;
  }

  async untilPause(act: () => void): Promise<void> {
    const paused = once(this.#events, 'pause');
    act();
    await paused;
  }

  endPause = (): void => void this.#events.emit('end of pause');
}

describe('an anchorer', () => {
  it('pushes the first checkpoint at once, and keeps what the anchor answers', async () => {
    const { anchorer, anchor, kept } = new Scene();
    anchorer.offer(checkpoint(5));
    await anchorer.close();
    assert.deepEqual([anchor.pushed, kept], [[5], [5]]);
    assert.deepEqual(anchorer.status(), [{ name: 'file', last: { ...checkpoint(5), by: 'file' } }]);
  });

  it('then rests, and goes on with the newest of what came meanwhile', async () => {
    const scene = new Scene();
    await scene.attempt(() => scene.anchorer.offer(checkpoint(1)));
    await scene.untilPause(() => scene.anchorer.offer(checkpoint(2)));
    for (let size = 3; size < 1000; size++) scene.anchorer.offer(checkpoint(size));
    assert.equal(scene.anchorer.status()[0]?.pending, 999);
    await scene.attempt(scene.endPause);
    assert.deepEqual(scene.anchor.pushed, [1, 999]);
    assert.deepEqual(scene.pauses, [7000]);
    await scene.anchorer.close();
  });

  it('has one push under way to an anchor, and does not hold up the ledger', async () => {
    const scene = new Scene();
    let answer = (): void => undefined;
    scene.anchor.answers.push(new Promise((resolve) => (answer = resolve)));
    const started = once(scene.anchor.events, 'push');
    scene.anchorer.offer(checkpoint(1));
    await started;
    for (let size = 2; size < 50; size++) scene.anchorer.offer(checkpoint(size));
    const closed = scene.anchorer.close();
    answer();
    await closed;
    assert.deepEqual(scene.anchor.pushed, [1, 49]);
    assert.equal(scene.anchor.mostUnderWay, 1);
  });

  it('tries again, more and more seldom, and says why it has to', async () => {
    const scene = new Scene();
    scene.anchor.answers.push(...Array.from({ length: 12 }, () => 'ANCHOR_TIMEOUT' as const));
    await scene.attempt(() => scene.anchorer.offer(checkpoint(5)));
    for (let attempts = 1; attempts < 12; attempts++) {
      assert.deepEqual(scene.anchorer.status(), [
        {
          name: 'file',
          pending: 5,
          error: {
            code: 'ANCHOR_TIMEOUT',
            message: 'as the test says',
            at: '2026-01-02T03:04:05.678Z',
            attempts,
          },
        },
      ]);
      await scene.attempt(scene.endPause);
    }
    await scene.attempt(scene.endPause);
    assert.deepEqual(
      scene.pauses.map((pause) => pause / 1000),
      [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300],
    );
    assert.equal(scene.anchorer.status()[0]?.error, undefined);
    assert.equal(scene.anchorer.status()[0]?.last?.size, 5);
    await scene.anchorer.close();
  });

  it('does not repeat what an anchor refuses, but tries the next checkpoint', async () => {
    for (const code of ['ANCHOR_CONFLICT', 'ANCHOR_MISCONFIGURED', 'ANCHOR_REFUSED'] as const) {
      const scene = new Scene();
      scene.anchor.answers.push(code);
      await scene.attempt(() => scene.anchorer.offer(checkpoint(5)));
      assert.equal(scene.anchorer.status()[0]?.pending, undefined);
      assert.equal(scene.anchorer.status()[0]?.error?.code, code);
      await scene.untilPause(() => scene.anchorer.offer(checkpoint(6)));
      await scene.attempt(scene.endPause);
      assert.deepEqual(scene.anchor.pushed, [5, 6]);
      assert.equal(scene.anchorer.status()[0]?.error, undefined);
    }
  });

  it('pushes again what it could not keep the receipt of', async () => {
    const scene = new Scene();
    scene.receiptFails = true;
    await scene.attempt(() => scene.anchorer.offer(checkpoint(5)));
    assert.equal(scene.anchorer.status()[0]?.error?.code, 'ANCHOR_WRITE_FAILED');
    await scene.attempt(scene.endPause);
    assert.deepEqual([scene.anchor.pushed, scene.kept], [[5, 5], [5]]);
    await scene.anchorer.close();
  });

  it('does not let one anchor wait for another', async () => {
    const slow = new ScriptedAnchor('otlp');
    let answer = (): void => undefined;
    slow.answers.push(new Promise((resolve) => (answer = resolve)));
    const scene = new Scene(slow);
    await scene.attempt(() => scene.anchorer.offer(checkpoint(5)));
    const [fast, waiting] = scene.anchorer.status();
    assert.equal(fast?.last?.size, 5);
    assert.deepEqual(waiting, { name: 'otlp', pending: 5 });
    answer();
    await scene.anchorer.close();
    assert.equal(scene.anchorer.status()[1]?.last?.size, 5);
  });

  it('gives what waits a last attempt when it is closed, and takes no more', async () => {
    const scene = new Scene();
    scene.anchor.answers.push('ANCHOR_TIMEOUT', 'ANCHOR_TIMEOUT');
    await scene.untilPause(() => scene.anchorer.offer(checkpoint(5)));
    await scene.anchorer.close();
    assert.deepEqual(scene.anchor.pushed, [5, 5]);
    assert.equal(scene.anchorer.status()[0]?.error?.attempts, 2);
    scene.anchorer.offer(checkpoint(6));
    assert.equal(scene.anchorer.status()[0]?.pending, 5);
  });

  it('does not wait for a silent anchor longer than it is told, and gives up on it', async () => {
    const silent = new ScriptedAnchor();
    silent.answers.push(new Promise(() => undefined));
    const scene = new Scene(silent);
    const pushed = once(silent.events, 'push');
    await scene.attempt(() => scene.anchorer.offer(checkpoint(5)));
    await pushed;
    const stop = new AbortController();
    const closed = scene.anchorer.close(stop.signal);
    assert.equal(silent.signals[0]?.aborted, false);
    stop.abort();
    await closed;
    assert.equal(silent.signals[0]?.aborted, true);
    assert.equal(scene.anchorer.status()[1]?.pending, 5);
    await scene.anchorer.close(stop.signal);
  });

  it('waits by a timer that does not keep the process', async () => {
    const anchor = new ScriptedAnchor();
    anchor.answers.push('ANCHOR_TIMEOUT');
    const changes = new EventEmitter();
    const anchorer = createAnchorer({
      anchors: [anchor],
      receipts: { add: () => Promise.resolve() },
      clock: CLOCK,
      onChange: () => changes.emit('change'),
    });
    const changed = once(changes, 'change');
    anchorer.offer(checkpoint(5));
    await changed;
    await anchorer.close();
    assert.deepEqual(anchor.pushed, [5, 5]);
  });
});
