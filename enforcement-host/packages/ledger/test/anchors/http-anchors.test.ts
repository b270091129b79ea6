import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '@axtary/core/digest';

import { ControlPlaneAnchor, OtlpAnchor, OtlpExport, type Checkpoint } from '../../src/index.js';
import { inFolder } from '../support.js';
import { FakeCollector } from './fake-collector.js';
import { FakeControlPlane } from './fake-control-plane.js';
import { CLOCK } from './ledgers.js';
import { serve, type Answer } from './loopback.js';

const LOG = `log_${'A'.repeat(22)}`;

function checkpoint(size: number, changes: Partial<Checkpoint> = {}): Checkpoint {
  return { log: LOG, size, root: sha256(`root ${size}`), head: sha256(`${size}`), ...changes };
}

describe('a control plane as an anchor', () => {
  async function withPlane(use: (url: string, bearer: string) => Promise<void>): Promise<void> {
    const plane = new FakeControlPlane(CLOCK);
    const url = await plane.start();
    try {
      await use(url, plane.bearer);
    } finally {
      await plane.stop();
    }
  }

  it('keeps the largest checkpoint and gives it back', async () => {
    await withPlane(async (url, bearer) => {
      const anchor = new ControlPlaneAnchor({ url, bearer });
      assert.deepEqual(await anchor.read(LOG), []);
      await anchor.push(checkpoint(5));
      await anchor.push(checkpoint(5));
      const { anchor: kept } = await anchor.push(checkpoint(9));
      const by = `control-plane:${new URL(url).host}`;
      assert.deepEqual(kept, { ...checkpoint(9), by, at: CLOCK.now().toISOString() });
      assert.deepEqual(await anchor.read(LOG), [kept]);
    });
  });

  it('does not go back, and has one tree of a size', async () => {
    await withPlane(async (url, bearer) => {
      const anchor = new ControlPlaneAnchor({ url, bearer });
      await anchor.push(checkpoint(5));
      await assert.rejects(anchor.push(checkpoint(4)), {
        code: 'ANCHOR_CONFLICT',
        message: /knows 5 records, but the ledger has 4/,
      });
      await assert.rejects(anchor.push(checkpoint(5, { root: sha256('other') })), {
        code: 'ANCHOR_CONFLICT',
        message: /another tree of 5/,
      });
    });
  });

  it('refuses who has no bearer for it, and does not say which', async () => {
    await withPlane(async (url) => {
      const anchor = new ControlPlaneAnchor({ url, bearer: 'guessed' });
      const refused = { code: 'ANCHOR_REFUSED', message: /^(?!.*guessed)/ };
      await assert.rejects(anchor.push(checkpoint(5)), refused);
      await assert.rejects(anchor.read(LOG), refused);
      assert.throws(() => new ControlPlaneAnchor({ url, bearer: 'two\r\nlines' }), TypeError);
      const away = 'http://plane.example/';
      assert.throws(() => new ControlPlaneAnchor({ url: away, bearer: 'x' }), TypeError);
    });
  });

  const json = (value: object): Answer => ({ status: 200, body: JSON.stringify(value) });
  const ANSWERS: readonly [string, Answer, string][] = [
    ['a page', { status: 200, body: '<html>' }, 'ANCHOR_RESPONSE_INVALID'],
    [
      'another ledger',
      json({ ...checkpoint(5), log: `log_${'B'.repeat(22)}` }),
      'ANCHOR_RESPONSE_INVALID',
    ],
    ['another size', json(checkpoint(6)), 'ANCHOR_RESPONSE_INVALID'],
    ['a conflict without a reason', { status: 409 }, 'ANCHOR_RESPONSE_INVALID'],
    ['not found', { status: 404 }, 'ANCHOR_REFUSED'],
    ['a failure', { status: 502 }, 'ANCHOR_UNAVAILABLE'],
  ];
  for (const [what, answer, code] of ANSWERS) {
    it(`fails with ${code} when it answers ${what}`, async () => {
      const { url, close } = await serve(() => answer);
      const anchor = new ControlPlaneAnchor({ url, bearer: 'x' });
      await assert.rejects(anchor.push(checkpoint(5)), { code });
      await close();
    });
  }
});

describe('a collector as an anchor', () => {
  async function withCollector(
    use: (scene: { collector: FakeCollector; anchor: OtlpAnchor; file: string }) => Promise<void>,
  ): Promise<void> {
    await inFolder(async (folder) => {
      const file = join(folder, 'collector.jsonl');
      const collector = new FakeCollector(file);
      const url = await collector.start();
      const headers = { 'x-api-key': 'key-of-the-collector' };
      const anchor = new OtlpAnchor({ url, clock: CLOCK, headers, version: '1.2.3' });
      try {
        await use({ collector, anchor, file });
      } finally {
        await collector.stop();
      }
    });
  }

  it('is sent one log record a checkpoint, as OTLP spells it', async () => {
    await withCollector(async ({ collector, anchor }) => {
      await anchor.push(checkpoint(5));
      const [request] = collector.requests;
      assert.equal(request?.headers['x-api-key'], 'key-of-the-collector');
      const { root, head } = checkpoint(5);
      const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
      assert.deepEqual(JSON.parse(request.body), {
        resourceLogs: [
          {
            resource: { attributes: [text('service.name', 'axtary')] },
            scopeLogs: [
              {
                scope: { name: '@axtary/ledger', version: '1.2.3' },
                logRecords: [
                  {
                    timeUnixNano: '1767323045678000000',
                    observedTimeUnixNano: '1767323045678000000',
                    severityNumber: 9,
                    severityText: 'INFO',
                    eventName: 'axtary.ledger.checkpoint',
                    body: { stringValue: `ledger ${LOG}: 5 records, root ${root}` },
                    attributes: [
                      text('event.name', 'axtary.ledger.checkpoint'),
                      text('axtary.ledger.log', LOG),
                      { key: 'axtary.ledger.size', value: { intValue: '5' } },
                      text('axtary.ledger.root', root),
                      text('axtary.ledger.head', head),
                    ],
                  },
                ],
              },
            ],
          },
        ],
      });
    });
  });

  it('is read back from what it has exported, by size', async () => {
    await withCollector(async ({ anchor, file }) => {
      await anchor.push(checkpoint(9));
      await anchor.push(checkpoint(5));
      await anchor.push(checkpoint(3, { log: `log_${'B'.repeat(22)}` }));
      await appendFile(
        file,
        '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"other":1}]}]}]}\nhalf',
      );
      const at = CLOCK.now().toISOString();
      assert.deepEqual(await new OtlpExport(file).read(LOG), [
        { ...checkpoint(5), by: 'otlp', at },
        { ...checkpoint(9), by: 'otlp', at },
      ]);
    });
  });

  it('has refused what it rejected in part, or as a whole', async () => {
    await withCollector(async ({ collector, anchor, file }) => {
      collector.rejects = 1;
      await assert.rejects(anchor.push(checkpoint(5)), { code: 'ANCHOR_REFUSED' });
      assert.deepEqual(await new OtlpExport(file).read(LOG), []);
      await collector.stop();
      await assert.rejects(anchor.push(checkpoint(5)), { code: 'ANCHOR_UNAVAILABLE' });
    });
  });

  it('is not listened to without end', async () => {
    const { url, close } = await serve(() => ({ status: 200, body: `{}${' '.repeat(70_000)}` }));
    const anchor = new OtlpAnchor({ url, clock: CLOCK, version: '1.2.3' });
    await assert.rejects(anchor.push(checkpoint(5)), { code: 'ANCHOR_RESPONSE_INVALID' });
    await close();
  });

  it('may answer with nothing but its status', async () => {
    const { url, close } = await serve(() => ({ status: 200 }));
    const anchor = new OtlpAnchor({ url, clock: CLOCK, version: '1.2.3' });
    assert.equal((await anchor.push(checkpoint(5))).anchor.size, 5);
    await close();
  });
});
