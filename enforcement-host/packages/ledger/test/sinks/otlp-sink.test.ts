import assert from 'node:assert/strict';

import { OtlpSink, SinkError, type LedgerEvent, type OtlpSinkOptions } from '../../src/index.js';
import { CONTEXT, eventsWith } from '../formats/events.js';
import { TestClock } from '../support.js';
import { Collector } from './collector.js';

const EVENTS = eventsWith('x');
const CLOCK = new TestClock();

async function refusedWith(delivery: Promise<unknown>): Promise<SinkError> {
  const error: unknown = await delivery.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SinkError, String(error));
  return error;
}

describe('an OTLP sink', () => {
  let collector: Collector;
  let url = '';
  beforeEach(async () => {
    collector = new Collector();
    url = await collector.start();
  });
  afterEach(() => collector.stop());

  function sink(options: Partial<OtlpSinkOptions> = {}): OtlpSink {
    return new OtlpSink({ url, context: CONTEXT, clock: CLOCK, ...options });
  }

  it('posts records that a collector takes, to /v1/logs below the address', async () => {
    assert.deepEqual(await sink().deliver(EVENTS), { rejected: 0 });
    await sink({ url: `${url}/otlp/` }).deliver(EVENTS.slice(0, 1));
    await sink({ url: `${url}/v1/logs`, headers: { authorization: 'Bearer b' } }).deliver(
      EVENTS.slice(1, 2),
    );
    assert.deepEqual(collector.seqs, [1, 2, 3, 4, 1, 2]);
    assert.deepEqual(
      collector.requests.map(({ path }) => path),
      ['/v1/logs', '/otlp/v1/logs', '/v1/logs'],
    );
    assert.equal(collector.requests[2]?.headers.authorization, 'Bearer b');
  });

  it('compresses where it is told to', async () => {
    await sink({ compression: 'gzip' }).deliver(EVENTS);
    assert.deepEqual(collector.seqs, [1, 2, 3, 4]);
    assert.equal(collector.requests[0]?.headers['content-encoding'], 'gzip');
  });

  it('splits what is too much for one request, in order', async () => {
    const much = Array.from({ length: 40 }, (_, seq): LedgerEvent => {
      const [event] = EVENTS;
      assert.ok(event?.record.type === 'decision');
      return { ...event, message: 'm'.repeat(100_000), record: { ...event.record, seq } };
    });
    await sink().deliver(much);
    assert.deepEqual(
      collector.seqs,
      much.map(({ record }) => record.seq),
    );
    assert.ok(collector.requests.length > 3);
    assert.ok(collector.requests.every(({ bytes }) => bytes < 1_200_000));
  });

  it('halves what a collector says is too large, and gives up on one record that is', async () => {
    collector.answers.push({ status: 413 }, { status: 413 });
    await sink().deliver(EVENTS);
    assert.deepEqual(collector.seqs, [1, 2, 3, 4]);
    collector.answers.push({ status: 413 });
    const error = await refusedWith(sink().deliver(EVENTS.slice(0, 1)));
    assert.equal(error.code, 'SINK_REFUSED');
  });

  it('says how many records a collector took and dropped', async () => {
    const partialSuccess = { rejectedLogRecords: '3', errorMessage: 'no room' };
    collector.answers.push({ status: 200, body: JSON.stringify({ partialSuccess }) });
    assert.deepEqual(await sink().deliver(EVENTS), { rejected: 3, why: 'no room' });
    for (const body of ['', 'no JSON', '{"partialSuccess":{}}', '[]', 'x'.repeat(200_000)]) {
      collector.answers.push({ status: 200, body });
      assert.deepEqual(await sink().deliver(EVENTS), { rejected: 0 });
    }
  });

  it('is unavailable while a collector is busy or broken, for as long as that asks for', async () => {
    const later = new Date(CLOCK.now().getTime() + 90_000).toUTCString();
    for (const [status, header, expected] of [
      [429, '7', 7000],
      [503, later, 89_322],
      [502, undefined, undefined],
      [504, 'whenever', undefined],
      [500, '-1', undefined],
      [503, 'Mon, 01 Jan 2024 00:00:00 GMT', 0],
      [408, '999999', 3_600_000],
    ] as const) {
      collector.answers.push({
        status,
        headers: header === undefined ? {} : { 'retry-after': header },
      });
      const error = await refusedWith(sink().deliver(EVENTS));
      assert.equal(error.code, 'SINK_UNAVAILABLE', String(status));
      assert.equal(error.retryAfterMs, expected, String(status));
    }
  });

  it('is refused by any other answer, also by a redirect', async () => {
    for (const status of [400, 401, 403, 404, 415, 304]) {
      collector.answers.push({ status });
      assert.equal((await refusedWith(sink().deliver(EVENTS))).code, 'SINK_REFUSED');
    }
    collector.answers.push({ status: 307, headers: { location: `${url}/elsewhere` } });
    await refusedWith(sink().deliver(EVENTS));
    assert.deepEqual(collector.seqs, []);
  });

  it('is unavailable where nobody answers, in time or at all, or when aborted', async () => {
    collector.answers.push(undefined);
    const late = await refusedWith(sink({ timeoutMs: 50 }).deliver(EVENTS));
    assert.match(late.message, /did not answer in time/);
    const stop = new AbortController();
    const fetch = (address: URL, init: RequestInit): Promise<Response> => {
      stop.abort();
      return globalThis.fetch(address, init);
    };
    const stopped = await refusedWith(sink({ fetch }).deliver(EVENTS, { signal: stop.signal }));
    assert.equal(stopped.code, 'SINK_UNAVAILABLE');
    await collector.stop();
    const gone = await refusedWith(sink().deliver(EVENTS));
    assert.match(gone.message, /cannot be reached: .*ECONNREFUSED/);
    assert.equal(gone.code, 'SINK_UNAVAILABLE');
    await collector.start();
  });

  it('takes no address that anybody on the way could read, or that holds a secret', () => {
    for (const wrong of [
      'http://collector.example',
      'https://a:b@collector.example',
      'ftp://x',
      'x',
    ]) {
      assert.throws(() => sink({ url: wrong }), TypeError, wrong);
    }
    assert.equal(sink({ url: 'https://collector.example/x' }).name, 'collector.example');
  });
});
