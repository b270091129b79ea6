import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { LocalJsonlLedger } from '@axtary/ledger';

import { Collector } from '../../ledger/test/sinks/collector.js';
import {
  datagramReceiver,
  parseSyslog,
  streamReceiver,
} from '../../ledger/test/sinks/receivers.js';
import { cli, ending, start, temporaryFolder, writeDecisions, type Ended } from './support.js';

const POSTS = ['one', 'two\nlines', 'three|=\\'].map((text) => ({ text }));

describe('axtary ledger tail', function () {
  this.timeout(60_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let ledger = '';
  let size = 0;
  beforeEach(async () => {
    folder = await temporaryFolder();
    ledger = path.join(folder.path, 'ledger.jsonl');
    await writeDecisions(ledger, POSTS);
    size = (await lines(ledger)).filter((line) => line.startsWith('{"body"')).length;
  });
  afterEach(() => folder.remove());

  function tail(...args: readonly string[]): Promise<Ended> {
    return cli(['ledger', 'tail', 'ledger.jsonl', ...args], { cwd: folder.path });
  }

  function upTo(count: number): number[] {
    return Array.from({ length: count }, (_, seq) => seq);
  }

  it('writes what is new to a file once, and keeps how far it is beside the ledger', async () => {
    const args = ['--to', 'file', '--file', 'out/events.jsonl', '--format', 'ocsf', '--once'];
    const first = await tail(...args);
    assert.deepEqual([first.code, first.stderr], [0, '']);
    assert.equal(first.stdout, `Delivered ${size} records to events.jsonl; ${size} comes next\n`);
    const second = await tail(...args);
    assert.match(second.stdout, /^Delivered 0 records/);
    const events = await lines(path.join(folder.path, 'out/events.jsonl'));
    const seqs = events.map((line) => (JSON.parse(line) as OcsfEvent).metadata.sequence);
    assert.deepEqual(seqs, upTo(size));
    assert.equal((await stat(path.join(folder.path, 'out/events.jsonl'))).mode & 0o777, 0o600);
    assert.match((await readdir(`${ledger}.tails`)).join(), /^file-[0-9a-f]{16}\.json$/);
  });

  it('has a cursor for each receiver, or the one that it is given', async () => {
    const one = ['--to', 'file', '--file', 'a/events', '--once'];
    const other = ['--to', 'file', '--file', 'b/events', '--once', '--from', '2'];
    const shared = ['--to', 'file', '--file', 'c/events', '--once', '--cursor', 'cursor.json'];
    for (const args of [one, other, shared]) assert.equal((await tail(...args)).code, 0);
    const counts = await Promise.all(
      ['a', 'b', 'c'].map(
        async (name) => (await lines(path.join(folder.path, name, 'events'))).length,
      ),
    );
    assert.deepEqual(counts, [size, size - 2, size]);
    assert.match(await readFile(path.join(folder.path, 'cursor.json'), 'utf8'), /"seq":/);
  });

  it('sends CEF to syslog over TCP and UDP', async () => {
    const [tcp, udp] = [await streamReceiver(), await datagramReceiver()];
    for (const { address } of [tcp, udp]) {
      const args = ['--to', 'syslog', '--address', address, '--format', 'cef', '--once'];
      const { code, stdout } = await tail(...args);
      assert.equal(code, 0);
      assert.equal(stdout, `Delivered ${size} records to ${address}; ${size} comes next\n`);
    }
    await udp.received(size);
    for (const { messages } of [tcp, udp]) {
      const parsed = messages.map(parseSyslog);
      assert.deepEqual(
        parsed.map(({ data }) => Number(data['seq'])),
        upTo(size),
      );
      assert.ok(parsed.every(({ text }) => text.startsWith('CEF:0|Axtary|')));
    }
    await tcp.close();
    await udp.close();
  });

  it('sends over TLS to a receiver whose certificate Node.js is told to trust', async () => {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder.path, name));
    assert.ok(key !== undefined && cert !== undefined);
    const subject = ['-subj', '/CN=receiver', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    const made = ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert];
    execFileSync('openssl', made, { stdio: 'ignore' });
    const tls = { key: await readFile(key), cert: await readFile(cert) };
    const receiver = await streamReceiver(undefined, { tls });
    const ended = await cli(
      ['ledger', 'tail', 'ledger.jsonl', '--to', 'syslog', '--address', receiver.address, '--once'],
      { cwd: folder.path, env: { NODE_EXTRA_CA_CERTS: cert } },
    );
    assert.deepEqual([ended.code, ended.stderr], [0, '']);
    assert.equal(receiver.messages.length, size);
    await receiver.close();
  });

  it('sends to a collector with a bearer, compressed', async () => {
    const collector = new Collector();
    const url = await collector.start();
    await writeFile(path.join(folder.path, 'bearer'), 'secret\n', { mode: 0o600 });
    const { code, stderr } = await tail(
      ...['--to', 'otlp', '--url', url, '--bearer-file', 'bearer', '--gzip', '--once'],
    );
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(collector.seqs, upTo(size));
    const { headers } = collector.requests[0] ?? assert.fail();
    assert.deepEqual(
      [headers.authorization, headers['content-encoding']],
      ['Bearer secret', 'gzip'],
    );
    await collector.stop();
  });

  it('ends with 1 where a collector refuses, and says who', async () => {
    const collector = new Collector();
    const url = await collector.start();
    collector.answers.push({ status: 401 });
    const { code, stderr } = await tail('--to', 'otlp', '--url', url);
    assert.equal(code, 1);
    assert.match(stderr, /^axtary: 127\.0\.0\.1:\d+ answered with HTTP 401\n$/);
    await collector.stop();
  });

  it('follows: waits for a receiver that is away, then sends all, and what comes', async () => {
    const away = new Collector();
    const url = await away.start();
    const { port } = away;
    await away.stop();
    const child = start(['ledger', 'tail', 'ledger.jsonl', '--to', 'otlp', '--url', url], {
      cwd: folder.path,
    });
    const ended = ending(child);
    await once(child.stderr, 'data');
    const collector = new Collector();
    await collector.start(port);
    await arrived(collector, size);
    const writer = new LocalJsonlLedger(ledger);
    await writer.append([{ type: 'policy_change', body: TRUSTED }]);
    await arrived(collector, size + 1);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    assert.deepEqual(collector.seqs.slice(0, size + 1), upTo(size + 1));
    assert.equal(code, 0);
    assert.match(stdout, /^Delivered \d+ records to 127\.0\.0\.1:\d+; \d+ comes next\n$/);
    assert.match(stderr, /cannot be reached: .*ECONNREFUSED.*; trying again in 1 s\n/);
    assert.match(stderr, /takes records again\n$/);
    await writer.close();
    await collector.stop();
  });

  it('says what is wrong with a command line', async () => {
    for (const [args, message] of [
      [['--to', 'file'], /--to file needs --file/],
      [['--to', 'syslog'], /--to syslog needs --address/],
      [['--to', 'otlp'], /--to otlp needs --url/],
      [['--to', 'otlp', '--url', 'http://collector.example'], /https/],
      [['--to', 'otlp', '--url', 'https://x', '--format', 'csv'], /format of its own/],
      [['--to', 'syslog', '--address', 'siem'], /expected tcp:/],
      [['--to', 'kafka'], /Allowed choices are file, otlp, syslog/],
      [['--to', 'file', '--file', 'x', '--from', '-1'], /whole number/],
    ] as const) {
      const { code, stderr } = await tail(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });
});

const TRUSTED = {
  workspace: '/home/ada/shop',
  policyHash: `sha256:${'a'.repeat(64)}`,
  trustedBy: 'user:ada@example.com',
} as const;

interface OcsfEvent {
  readonly metadata: { readonly sequence: number };
}

async function lines(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').slice(0, -1);
}

async function arrived(collector: Collector, count: number): Promise<void> {
  while (collector.seqs.length < count) await collector.taken();
}
