import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { verifyExport } from '@axtary/ledger';
import type { ControlProtocol, ExportSelection, Params, Result } from '@axtary/protocol';

import { serveLivedWorkspace, type LivedWorkspace } from '../testkit/lived-workspace.js';
import type { ServedWorkspace } from '../testkit/served-workspace.js';
import { temporaryFolder } from '../../enforcement-host/packages/cli/test/support.js';

type ExportParams = Omit<Params<ControlProtocol, 'ledger/export'>, 'workspace' | 'file'>;

describe('exporting a ledger through the control endpoint', function () {
  this.timeout(60_000);
  let lived: LivedWorkspace;
  let served: ServedWorkspace;
  let workspace: string;
  let out: Awaited<ReturnType<typeof temporaryFolder>>;
  let file: string;
  let disclosures: string;

  before(async () => {
    lived = await serveLivedWorkspace();
    ({ served } = lived);
    workspace = served.folder;
  });
  after(() => served.stop());

  beforeEach(async () => {
    out = await temporaryFolder();
    file = path.join(out.path, 'export.jsonl');
    disclosures = path.join(out.path, 'disclosures.jsonl');
  });
  afterEach(() => out.remove());

  function exported(params: ExportParams = {}): Promise<Result<ControlProtocol, 'ledger/export'>> {
    return served.control.call('ledger/export', { workspace, file, ...params });
  }

  function seqs(): number[] {
    const lines = readFileSync(file, 'utf8').split('\n');
    const records = lines.filter((line) => line.startsWith('{"body":'));
    return records.map((line) => (JSON.parse(line) as { readonly seq: number }).seq);
  }

  it('holds what the same filter of a query finds, and the checkpoint that proves it', async () => {
    const selections: ExportSelection[] = [
      { tools: ['mcp.tool.call'] },
      { types: ['decision', 'outcome'] },
      { agents: ['nobody'] },
    ];
    for (const select of selections) {
      const query = { workspace, filter: select, spans: 1 };
      const { id } = await served.control.call('ledger/query', query);
      const page = { workspace, id, offset: 0, limit: 500 };
      const { rows } = await served.control.call('ledger/rows', page);
      const { anchor, records } = await exported({ select });
      const found = rows.map(({ seq }) => seq).reverse();
      assert.deepEqual(seqs(), [...found, anchor.size - 1], JSON.stringify(select));
      assert.equal(records, found.length + 1);
      assert.equal((await verifyExport(file, { anchors: [anchor] })).verdict, 'VALID_ANCHORED');
    }
  });

  it('begins at a record, and keeps members back that its disclosures open', async () => {
    const { hidden, anchor } = await exported({ from: 3, redact: ['payloadHash'], disclosures });
    assert.equal(seqs()[0], 3);
    assert.ok(hidden > 0);
    assert.equal((await verifyExport(file, { anchors: [anchor] })).hidden, hidden);
    assert.match(
      readFileSync(disclosures, 'utf8'),
      /^\{"disclosures":\[\["[\w-]{22}","payloadHash"/,
    );
  });

  it('says why it exports nothing: no such record, nothing sealed, one file for two', async () => {
    const refused = { remoteCode: 'EXPORT_REFUSED' };
    await assert.rejects(exported({ from: 1_000_000 }), refused);
    await assert.rejects(exported({ redact: ['verdict'] }), refused);
    await assert.rejects(exported({ redact: ['context'], disclosures: file }), refused);
    assert.deepEqual(readdirSync(out.path), []);
  });

  it('tells how far it has come, and writes neither file once it is cancelled', async () => {
    const told: unknown[] = [];
    served.control.on('ledger/exporting', (progress) => told.push(progress));
    const { anchor } = await exported({ run: 'first' });
    assert.deepEqual(told, [{ run: 'first', records: 0, total: anchor.size }]);
    rmSync(file);
    const ends = exported({ redact: ['payloadHash'], disclosures, run: 'second' });
    const isRefused = assert.rejects(ends);
    await served.control.call('policy/cancel', { run: 'second' });
    await isRefused;
    assert.deepEqual(readdirSync(out.path), []);
  });
});
