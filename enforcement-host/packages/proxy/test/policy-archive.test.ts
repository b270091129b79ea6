import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { policyHash } from '@axtary/actionpass';
import { sha256 } from '@axtary/core/digest';
import { codingAgentPolicy, parsePolicy, type Policy } from '@axtary/policy';

import { LocalPolicyArchive } from '../src/index.js';
import { denyAll } from './support.js';

const TEXT = 'version: 1\npreset: coding-agent # as ours, “quoted”\r\n';

describe('LocalPolicyArchive', () => {
  let folder: string;
  let archive: LocalPolicyArchive;
  let policy: Policy;

  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), 'axtary-archive-')), 'policies');
    archive = new LocalPolicyArchive(folder);
    const parsed = parsePolicy(TEXT).policy;
    assert.ok(parsed);
    policy = parsed;
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

  const hex = (of: Policy): string => policyHash(of).slice('sha256:'.length);

  it('gives back by its hash what was enforced, byte for byte, also one made in memory', async () => {
    for (const one of [policy, codingAgentPolicy, denyAll]) {
      await archive.put(one);
      const kept = await new LocalPolicyArchive(folder).get(policyHash(one));
      assert.equal(kept?.policy.text, one.text);
      assert.equal(policyHash(kept.policy), policyHash(one));
      assert.equal(kept.isSame, true);
    }
  });

  it('keeps each once, for its owner alone, with what its preset brings', async () => {
    const before = process.umask(0);
    try {
      await Promise.all([archive.put(policy), archive.put(policy), archive.put(denyAll)]);
    } finally {
      process.umask(before);
    }
    const names = [`${hex(policy)}.yml`, `${hex(policy)}.given`, `${hex(denyAll)}.yml`];
    assert.deepEqual((await readdir(folder)).sort(), names.sort());
    for (const name of names) {
      assert.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600);
    }
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.match(
      await readFile(path.join(folder, `${hex(policy)}.given`), 'utf8'),
      /^sha256:.{64}\n$/,
    );
  });

  it('has none that is not what its name says, and mends it when it is enforced again', async () => {
    await archive.put(policy);
    const file = path.join(folder, `${hex(policy)}.yml`);
    await writeFile(file, TEXT.replace('ours', 'mine'));
    assert.equal(await archive.get(policyHash(policy)), undefined);
    await archive.put(policy);
    assert.equal((await archive.get(policyHash(policy)))?.policy.text, TEXT);
    assert.equal(await archive.get(sha256('another')), undefined);
  });

  it('says where its presets were others, then and before', async () => {
    await archive.put(policy);
    const file = path.join(folder, `${hex(policy)}.given`);
    const ours = await readFile(file, 'utf8');
    await writeFile(file, `${sha256('older')}\n`);
    assert.equal((await archive.get(policyHash(policy)))?.isSame, false);
    await archive.put(policy);
    assert.equal(await readFile(file, 'utf8'), `${sha256('older')}\n${ours}`);
    assert.equal((await archive.get(policyHash(policy)))?.isSame, false);
  });

  it('rejects where it cannot keep one, and takes no name of a file for a hash', async () => {
    await archive.put(denyAll);
    await assert.rejects(archive.get('sha256:../../etc/passwd'), TypeError);
    if (process.getuid?.() === 0) {
      const occupied = new LocalPolicyArchive(path.join(folder, `${hex(denyAll)}.yml`));
      await assert.rejects(occupied.put(policy));
      return;
    }
    await chmod(folder, 0o500);
    await assert.rejects(archive.put(policy), { code: 'EACCES' });
    await chmod(folder, 0o700);
  });
});
