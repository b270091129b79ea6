import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SinkError, SyslogSink, type LedgerEvent } from '../../src/index.js';
import { parseSyslogAddress } from '../../src/sinks/syslog-address.js';
import { CONTEXT, eventsWith } from '../formats/events.js';
import { inFolder } from '../support.js';
import { datagramReceiver, parseSyslog, streamReceiver } from './receivers.js';

const EVENTS = eventsWith('to the\nteam');

function sink(address: string, timeoutMs = 5000): SyslogSink {
  return new SyslogSink({ address, timeoutMs, context: CONTEXT, hostname: 'host' });
}

function seqs(messages: readonly string[]): string[] {
  return messages.map((message) => parseSyslog(message).data['seq'] ?? '');
}

async function unavailable(delivery: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(delivery, (error) => {
    assert.ok(error instanceof SinkError);
    assert.equal(error.code, 'SINK_UNAVAILABLE');
    assert.match(error.message, message);
    return true;
  });
}

describe('a syslog sink', () => {
  it('sends each message after its length over TCP, and returns when the receiver has read all', async () => {
    const receiver = await streamReceiver();
    const tcp = sink(receiver.address);
    assert.equal(tcp.name, receiver.address);
    await tcp.deliver(EVENTS);
    assert.deepEqual(seqs(receiver.messages), ['1', '2', '3', '4']);
    await tcp.deliver(EVENTS.slice(0, 1));
    assert.deepEqual(seqs(receiver.messages), ['1', '2', '3', '4', '1']);
    await receiver.close();
  });

  it('sends batches of some megabytes', async () => {
    const receiver = await streamReceiver();
    const [event] = EVENTS;
    assert.ok(event);
    const events = Array.from({ length: 200 }, (): LedgerEvent => ({
      ...event,
      message: 'é'.repeat(8000),
    }));
    await sink(receiver.address).deliver(events);
    assert.equal(receiver.messages.length, 200);
    assert.equal(parseSyslog(receiver.messages[199] ?? '').text.length, 8000);
    await receiver.close();
  });

  it('sends over a Unix socket', async () => {
    await inFolder(async (folder) => {
      const receiver = await streamReceiver(join(folder, 'log.sock'));
      await sink(receiver.address).deliver(EVENTS);
      assert.deepEqual(seqs(receiver.messages), ['1', '2', '3', '4']);
      await receiver.close();
    });
  });

  it('sends each message as a datagram over UDP, cut at a character to what one holds', async () => {
    const receiver = await datagramReceiver();
    const [event] = EVENTS;
    assert.ok(event);
    const long = { ...event, call: { ...event.call, rules: ['😀'.repeat(4000)] } };
    const format = { contentType: '', extension: '', header: '', write: () => 'é'.repeat(50_000) };
    await sink(receiver.address).deliver([...EVENTS, long]);
    const options = { address: receiver.address, context: CONTEXT, hostname: 'host', format };
    await new SyslogSink(options).deliver([event]);
    await receiver.received(6);
    assert.deepEqual(seqs(receiver.messages), ['1', '2', '3', '4', '1', '1']);
    const bytes = Buffer.byteLength(receiver.messages[5] ?? '');
    assert.ok(bytes > 65_500 && bytes <= 65_507, String(bytes));
    await receiver.close();
  });

  it('does not trust a TLS receiver whose certificate nobody it knows has signed', async () => {
    await inFolder(async (folder) => {
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const curve = [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '1',
      ];
      execFileSync(
        'openssl',
        ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert],
        { stdio: 'ignore' },
      );
      const tls = { key: await readFile(key), cert: await readFile(cert) };
      const receiver = await streamReceiver(undefined, { tls });
      await unavailable(sink(receiver.address).deliver(EVENTS), /self-signed certificate/);
      assert.deepEqual(receiver.messages, []);
      await receiver.close();
    });
  });

  it('is unavailable where nobody listens', async () => {
    const receiver = await streamReceiver();
    await receiver.close();
    await unavailable(sink(receiver.address).deliver(EVENTS), /ECONNREFUSED/);
    await unavailable(
      sink('udp://no-such-host.invalid:514').deliver(EVENTS),
      /ENOTFOUND|EAI_AGAIN/,
    );
  });

  it('is unavailable where the receiver goes away before it has read all', async () => {
    for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const receiver = await streamReceiver(undefined, {
        onConnection: (socket) => {
          socket.on('error', () => undefined);
          socket[leave]();
        },
      });
      const [event] = EVENTS;
      assert.ok(event);
      const much = Array.from({ length: 2000 }, () => ({ ...event, message: 'x'.repeat(8000) }));
      await unavailable(sink(receiver.address).deliver(much), /ECONNRESET|EPIPE|closed/);
      await receiver.close();
    }
  });

  it('is unavailable where the receiver never reads to the end', async () => {
    const receiver = await streamReceiver(undefined, {
      onConnection: (socket) => socket.on('error', () => undefined).pause(),
    });
    await unavailable(sink(receiver.address, 50).deliver(EVENTS), /in time/);
    await receiver.close();
  });

  it('stops at once when aborted', async () => {
    const stop = new AbortController();
    const receiver = await streamReceiver(undefined, {
      onConnection: (socket) => {
        socket.on('error', () => undefined).pause();
        stop.abort();
      },
    });
    await assert.rejects(
      sink(receiver.address).deliver(EVENTS, { signal: stop.signal }),
      SinkError,
    );
    await receiver.close();
  });

  it('knows the addresses of receivers, and their usual ports', () => {
    assert.deepEqual(parseSyslogAddress('udp://log.example'), {
      transport: 'udp',
      host: 'log.example',
      port: 514,
    });
    assert.deepEqual(parseSyslogAddress('tcp://log.example'), {
      transport: 'tcp',
      host: 'log.example',
      port: 601,
    });
    assert.deepEqual(parseSyslogAddress('tls://[::1]:7000'), {
      transport: 'tls',
      host: '::1',
      port: 7000,
    });
    assert.deepEqual(parseSyslogAddress('unix:///run/log.sock'), {
      transport: 'unix',
      path: '/run/log.sock',
    });
    for (const wrong of [
      'log.example',
      'tcp://',
      'tcp://a:0',
      'tcp://a:65536',
      'tcp://a@b:1',
      'http://a',
      'unix:',
      'unix:log',
    ]) {
      assert.throws(() => parseSyslogAddress(wrong), TypeError, wrong);
    }
  });
});
