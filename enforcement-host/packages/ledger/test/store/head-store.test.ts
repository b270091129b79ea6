import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  LocalHeadStore,
  LocalJsonlLedger,
  verifyLedger,
  type HeadStore,
  type LedgerHead,
} from '../../src/index.js';
import { call, HASH, inFolder, newSigner, recordsOf } from '../support.js';

const signer = newSigner();

interface Scene {
  readonly folder: string;
  readonly path: string;
  readonly headFile: string;
  readonly heads: LocalHeadStore;
  ledger(): LocalJsonlLedger;
  grow(name: string): Promise<void>;
}

function inScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const path = join(folder, 'ledger', 'ledger.jsonl');
    const headFile = join(folder, 'heads', 'ledger.json');
    const heads = new LocalHeadStore(headFile);
    const ledger = () => new LocalJsonlLedger(path, { signer, heads });
    const grow = async (name: string) => {
      const open = ledger();
      await open.append(call(name));
      await open.close();
    };
    await use({ folder, path, headFile, heads, ledger, grow });
  });
}

async function kept(heads: HeadStore): Promise<LedgerHead> {
  const head = await heads.load();
  assert.ok(head);
  return head;
}

describe('a ledger whose head is kept', () => {
  it('goes on where it stood, or behind a head that is older', () =>
    inScene(async ({ headFile, heads, grow, path }) => {
      await grow('a');
      const older = await readFile(headFile);
      await grow('b');
      const { size, log } = await kept(heads);
      assert.equal(log, (await verifyLedger(path)).log);
      assert.ok(size >= 9);
      await writeFile(headFile, older);
      await grow('c');
      assert.ok((await kept(heads)).size > size);
    }));

  it('is refused when it is gone, shorter, another, or was written anew from some record on', () =>
    inScene(async ({ folder, path, heads, ledger, grow }) => {
      await grow('a');
      const short = join(folder, 'short.jsonl');
      await copyFile(path, short);
      await grow('b');
      const expected = await kept(heads);
      const refused = (code: string) => assert.rejects(ledger().open(), { code, expected });

      await rm(path);
      await refused('LEDGER_MISSING');
      assert.deepEqual(await readFile(path, 'utf8'), '');

      await copyFile(short, path);
      await refused('LEDGER_WENT_BACK');

      const forked = new LocalJsonlLedger(path, { signer });
      for (const name of ['c', 'd', 'e']) await forked.append(call(name));
      await forked.close();
      await refused('LEDGER_WENT_BACK');

      await rm(path);
      const other = new LocalJsonlLedger(path, { signer });
      for (const name of ['c', 'd', 'e']) await other.append(call(name));
      await other.close();
      const before = await readFile(path);
      await refused('LEDGER_WENT_BACK');
      assert.deepEqual(await readFile(path), before);
      assert.deepEqual(await kept(heads), expected);
    }));

  it('is refused when the head that was kept cannot be read', () =>
    inScene(async ({ headFile, ledger, grow }) => {
      await grow('a');
      for (const damage of ['', '{}', '{"log":"x","size":1,"head":"y"}', 'null']) {
        await writeFile(headFile, damage);
        await assert.rejects(ledger().open(), { code: 'LEDGER_UNREADABLE' });
      }
    }));

  it('goes on once a person has accepted just that gap, which it records', () =>
    inScene(async ({ folder, path, heads, ledger, grow }) => {
      await grow('a');
      const short = join(folder, 'short.jsonl');
      await copyFile(path, short);
      await grow('b');
      const expected = await kept(heads);
      await copyFile(short, path);
      const wrong = ledger().open({ by: 'user:ada', expected: HASH });
      await assert.rejects(wrong, { code: 'LEDGER_WENT_BACK' });
      const found = await verifyLedger(path);
      const open = ledger();
      await open.open({ by: 'user:ada', expected: expected.head });
      const gap = (await recordsOf(path))[found.size];
      await open.append(call('c'));
      await open.close();
      assert.equal(gap?.type, 'gap');
      const { log, size, head } = found;
      const body = {
        reason: 'shorter',
        expected,
        found: { log, size, head },
        acceptedBy: 'user:ada',
      };
      assert.deepEqual(gap.body, body);
      assert.equal((await verifyLedger(path)).verdict, 'VALID_UNANCHORED');
      await grow('d');
    }));

  it('that cannot be read is set aside as it is, and the new one says so', () =>
    inScene(async ({ folder, path, heads, ledger, grow }) => {
      await grow('a');
      const expected = await kept(heads);
      const text = (await readFile(path, 'utf8')).replace('a rule', 'no rule');
      await writeFile(path, text);
      await mkdir(`${path}.segments`, { recursive: true });
      await assert.rejects(ledger().open(), { code: 'LEDGER_CHAIN_BROKEN' });
      const wrong = ledger().open({ by: 'user:ada', expected: HASH });
      await assert.rejects(wrong, { code: 'LEDGER_CHAIN_BROKEN' });
      const open = ledger();
      const report = await open.open({ by: 'user:ada', expected: expected.head });
      await open.close();
      assert.equal(report.created, true);
      const [, gap] = await recordsOf(path);
      assert.equal(gap?.type, 'gap');
      assert.deepEqual(gap.body, { reason: 'unreadable', expected, acceptedBy: 'user:ada' });
      const names = await readdir(join(folder, 'ledger'));
      const [aside, ...more] = names.filter((name) => name.includes('.jsonl.rejected_'));
      assert.deepEqual(more, []);
      assert.equal(await readFile(join(folder, 'ledger', aside ?? ''), 'utf8'), text);
      await grow('b');
    }));

  it('says at its close that the head could not be kept, and never before', () =>
    inFolder(async (folder) => {
      const heads: HeadStore = {
        load: () => Promise.resolve(undefined),
        save: () => Promise.reject(new Error('EROFS: read-only file system')),
      };
      const ledger = new LocalJsonlLedger(join(folder, 'ledger.jsonl'), { signer, heads });
      await ledger.append(call(1));
      await ledger.checkpoint();
      await ledger.append(call(2));
      await assert.rejects(ledger.close(), { code: 'LEDGER_WRITE_FAILED', message: /EROFS/ });
    }));
});
