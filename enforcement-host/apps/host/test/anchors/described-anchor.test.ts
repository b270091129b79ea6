import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { sha256 } from '@axtary/core/digest';
import type { AnchorDescription, AnchorTargetOptions } from '@axtary/ledger';

import { FakeControlPlane } from '../../../../packages/ledger/test/anchors/fake-control-plane.js';
import { CLOCK } from '../../../../packages/ledger/test/anchors/ledgers.js';
import { DescribedAnchor } from '../../src/anchors/described-anchor.js';
import { readOwnSecret } from '../../src/anchors/own-secret.js';
import type { Log } from '../../src/log.js';

const LOG = `log_${'A'.repeat(22)}`;
const CHECKPOINT = { log: LOG, size: 5, root: sha256('root'), head: sha256('head') };

describe('an anchor of the settings', () => {
  let folder: string;
  let lines: string[];
  const log: Log = {
    write: (level, message) => lines.push(`${level} ${message}`),
    onLine: () => () => undefined,
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'axtary-host-'));
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function anchor(described: AnchorDescription): DescribedAnchor {
    const ledger = {
      file: path.join(folder, 'ledger.jsonl'),
      log: LOG,
      prove: () => Promise.resolve([]),
    };
    const rest = { readSecret: readOwnSecret, env: {}, clock: CLOCK, version: '1' };
    const options: AnchorTargetOptions = { ledger, ...rest };
    return new DescribedAnchor(described, () => options, log);
  }

  it('works by itself once the file of its secret is put right', async () => {
    const plane = new FakeControlPlane(CLOCK);
    const url = await plane.start();
    const bearerFile = path.join(folder, 'bearer');
    const described = anchor({ to: 'control-plane', url, bearerFile });
    const unusable = { code: 'ANCHOR_SECRET_UNUSABLE' };
    await assert.rejects(described.push(CHECKPOINT), unusable);
    writeFileSync(bearerFile, 'another\n', { mode: 0o644 });
    await assert.rejects(described.push(CHECKPOINT), { ...unusable, message: /chmod 600/ });
    chmodSync(bearerFile, 0o600);
    await assert.rejects(described.push(CHECKPOINT), { code: 'ANCHOR_REFUSED' });
    writeFileSync(bearerFile, `${plane.bearer}\n`);
    assert.equal((await described.push(CHECKPOINT)).anchor.size, 5);
    assert.equal(lines.length, 3);
    assert.doesNotMatch(lines.join(), /another/);
    await plane.stop();
  });

  it('says so where the setting makes no sense', async () => {
    const wrong: AnchorDescription = { to: 'otlp', url: 'http://collector.example' };
    const failed = { code: 'ANCHOR_MISCONFIGURED', message: 'anchors are reached over https' };
    await assert.rejects(anchor(wrong).push(CHECKPOINT), failed);
    const [line] = lines;
    assert.equal(line, `warn not anchored (otlp ${wrong.url}): ${failed.message}`);
  });

  it('reads no secret from a FIFO, and does not wait for who writes to it', async function () {
    if (process.platform === 'win32') this.skip();
    const fifo = path.join(folder, 'fifo');
    execFileSync('mkfifo', ['-m', '600', fifo]);
    await assert.rejects(readOwnSecret(fifo), { code: 'ANCHOR_SECRET_UNUSABLE' });
  });

  it('reads no secret that is large, or no file', async () => {
    const file = path.join(folder, 'large');
    writeFileSync(file, 'x'.repeat(8193), { mode: 0o600 });
    for (const one of [file, folder]) {
      await assert.rejects(readOwnSecret(one), { code: 'ANCHOR_SECRET_UNUSABLE' });
    }
    writeFileSync(file, 'x'.repeat(8192));
    assert.equal((await readOwnSecret(file)).length, 8192);
  });
});
