import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sha256 } from '@axtary/core/digest';

import {
  noteKeyFile,
  openAnchorTarget,
  openNoteKey,
  type AnchorDescription,
  type AnchorTargetOptions,
} from '../../src/index.js';
import { FakeCollector } from './fake-collector.js';
import { FakeWitness } from './fake-witness.js';
import { CLOCK } from './ledgers.js';

const LOG = `log_${'A'.repeat(22)}`;
const readSecret = (file: string): Promise<string> => readFile(file, 'utf8');

describe('an anchor that is described', () => {
  let folder: string;
  let options: AnchorTargetOptions;
  const inFolder = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'axtary-anchors-'));
    const ledger = { file: inFolder('l.jsonl'), log: LOG, prove: () => Promise.resolve([]) };
    const env = { PATH: process.env['PATH'] };
    options = { ledger, readSecret, env, clock: CLOCK, version: '1' };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function nameOf(described: AnchorDescription): Promise<string> {
    return (await openAnchorTarget(described, options)).name;
  }

  it('is one of five kinds', async () => {
    const { verifierKey } = new FakeWitness(CLOCK);
    const url = 'https://anchor.example/api';
    writeFileSync(inFolder('bearer'), 'secret\n', { mode: 0o600 });
    const bearerFile = inFolder('bearer');
    const names = [
      await nameOf({ to: 'witness', url, witnessKey: verifierKey }),
      await nameOf({ to: 'git', repository: folder, branch: 'ours' }),
      await nameOf({ to: 'file', out: inFolder('heads.jsonl') }),
      await nameOf({ to: 'otlp', url }),
      await nameOf({ to: 'control-plane', url, bearerFile }),
    ];
    const expected = ['witness:witness.example/w1', 'git:ours', 'file', 'otlp'];
    assert.deepEqual(names, [...expected, 'control-plane:anchor.example']);
  });

  it('is sent the bearer of its file, and refused where the file holds no such line', async () => {
    const collector = new FakeCollector(inFolder('collected.jsonl'));
    const url = await collector.start();
    const bearerFile = inFolder('bearer');
    writeFileSync(bearerFile, 'secret\r\n');
    const target = await openAnchorTarget({ to: 'otlp', url, bearerFile }, options);
    await target.push({ log: LOG, size: 1, root: sha256('r'), head: sha256('h') });
    assert.equal(collector.requests[0]?.headers.authorization, 'Bearer secret');
    await collector.stop();
    for (const text of ['', '\n', 'two\nlines\n', 'a space']) {
      writeFileSync(bearerFile, text);
      const refused = openAnchorTarget({ to: 'otlp', url, bearerFile }, options);
      await assert.rejects(refused, { code: 'ANCHOR_SECRET_UNUSABLE' }, JSON.stringify(text));
    }
  });

  it('is a caller’s mistake where it is no address, key or name', async () => {
    const { verifierKey: witnessKey } = new FakeWitness(CLOCK);
    const wrong: readonly AnchorDescription[] = [
      { to: 'witness', url: 'http://witness.example', witnessKey },
      { to: 'witness', url: 'https://witness.example', witnessKey: 'w+1+2' },
      { to: 'git', repository: folder, branch: '-x' },
      { to: 'otlp', url: 'collector' },
    ];
    for (const described of wrong) await assert.rejects(nameOf(described), TypeError);
  });

  it('has the key of its notes beside the ledger, one however many ask for it at once', async () => {
    const file = noteKeyFile(options.ledger.file);
    const opened = await Promise.all(
      Array.from({ length: 8 }, () => openNoteKey(file, LOG, readSecret)),
    );
    assert.equal(new Set(opened.map(({ verifierKey }) => verifierKey)).size, 1);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['l.jsonl.note-key.pem']);
  });

  it('does not make a key in a folder that is not there', async () => {
    const noteKey = inFolder('none/key.pem');
    const refused = openAnchorTarget({ to: 'git', repository: folder, noteKey }, options);
    await assert.rejects(refused, { code: 'ANCHOR_SECRET_UNUSABLE' });
    assert.equal(existsSync(inFolder('none')), false);
  });
});
