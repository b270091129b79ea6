import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { sha256 } from '@axtary/core/digest';
import {
  LocalJsonlLedger,
  verifyLedger,
  type BodyOf,
  type Ledger,
  type LedgerEntry,
} from '@axtary/ledger';
import type { SeenTool } from '@axtary/mcp';

import { PinnedTools } from '../../src/workspace/pinned-tools.js';

function seen(tool: string, definition = 'v1', command = 'node'): SeenTool {
  return {
    server: 'files',
    tool,
    serverIdentity: sha256(command),
    definitionHash: sha256(definition),
  };
}

describe('PinnedTools', () => {
  let folder: string;
  let ledger: LocalJsonlLedger;
  let tools: PinnedTools;

  async function reopen(): Promise<void> {
    await ledger.close();
    await open();
  }

  async function open(): Promise<void> {
    const append: Ledger['append'] = (entries) => ledger.append(entries);
    tools = new PinnedTools(append);
    ledger = new LocalJsonlLedger(path.join(folder, 'ledger.jsonl'), {
      projections: [tools],
      // Every record seals a file, so that pins are also restored from what was saved.
      rotateAt: 1,
    });
    await ledger.open();
  }

  async function recorded(): Promise<readonly BodyOf<'tool_pinned'>[]> {
    const bodies = [];
    for await (const { type, body } of ledger.read()) if (type === 'tool_pinned') bodies.push(body);
    return bodies;
  }

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'axtary-tools-'));
    await open();
  });
  afterEach(async () => {
    await ledger.close();
    const { verdict, message } = await verifyLedger(path.join(folder, 'ledger.jsonl'));
    await rm(folder, { recursive: true, force: true });
    assert.equal(verdict, 'VALID_UNANCHORED', message);
  });

  it('records a tool once, however often and by how many it is seen', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => tools.record([seen('read'), seen('write')])),
    );
    await tools.record([seen('write')]);
    await reopen();
    await tools.record([seen('read'), seen('write')]);
    assert.deepEqual(await recorded(), [seen('read'), seen('write')]);
  });

  it('records a definition that changed with the one before, also over a restart', async () => {
    await tools.record([seen('read'), seen('write')]);
    await tools.record([seen('read', 'v2'), seen('write')]);
    await reopen();
    await tools.record([seen('read', 'v1'), seen('write')]);
    assert.deepEqual((await recorded()).slice(2), [
      { ...seen('read', 'v2'), previousHash: sha256('v1') },
      { ...seen('read', 'v1'), previousHash: sha256('v2') },
    ]);
  });

  it('records a tool anew whose server is another one', async () => {
    await tools.record([seen('read')]);
    await tools.record([seen('read', 'v1', 'nodejs')]);
    const changed = { ...seen('read', 'v1', 'nodejs'), previousHash: sha256('v1') };
    assert.deepEqual((await recorded()).slice(1), [changed]);
  });

  it('rejects while the ledger cannot be written, and records it once it can', async () => {
    let isFull = true;
    const written: LedgerEntry[] = [];
    const fragile: PinnedTools = new PinnedTools((entries) => {
      if (isFull) return Promise.reject(new Error('disk full'));
      written.push(...entries);
      return ledger.append(entries);
    });
    await assert.rejects(fragile.record([seen('read')]), /disk full/);
    await assert.rejects(fragile.record([seen('read')]), /disk full/);
    isFull = false;
    await fragile.record([seen('read')]);
    assert.equal(written.length, 1);
  });
});
