import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';

import { leafHash } from '@axtary/ledger';
import type {
  ControlProtocol,
  LedgerDetail,
  LedgerFilter,
  LedgerResult,
  LedgerRow,
  Params,
} from '@axtary/protocol';

import { connectAs } from '../testkit/control-client.js';
import { serveLivedWorkspace, type LivedWorkspace } from '../testkit/lived-workspace.js';
import type { ServedWorkspace } from '../testkit/served-workspace.js';

describe('reading a ledger through the control endpoint', function () {
  this.timeout(60_000);
  let lived: LivedWorkspace;
  let served: ServedWorkspace;
  let workspace: string;

  before(async () => {
    lived = await serveLivedWorkspace();
    ({ served } = lived);
    workspace = served.folder;
  });

  after(() => served.stop());

  function query(
    filter: LedgerFilter = {},
    more: Partial<Params<ControlProtocol, 'ledger/query'>> = {},
  ): Promise<LedgerResult> {
    return served.control.call('ledger/query', { workspace, filter, spans: 20, ...more });
  }

  async function rows({ id }: LedgerResult, offset = 0, limit = 500): Promise<LedgerRow[]> {
    return (await served.control.call('ledger/rows', { workspace, id, offset, limit })).rows;
  }

  function detail(seq: number): Promise<LedgerDetail> {
    return served.control.call('ledger/detail', { workspace, seq });
  }

  it('lists what the ledger lists, newest first, a page at a time', async () => {
    const { items, size } = await served.control.call('ledger/list', { workspace, limit: 1000 });
    const result = await query();
    assert.deepEqual([result.total, result.size, result.isWhole], [size, size, true]);
    const all = await rows(result);
    const shown = (one: LedgerRow): unknown[] => [
      one.seq,
      one.time,
      one.type,
      one.title,
      one.verdict,
    ];
    assert.deepEqual(all.map(shown), items.map(shown));
    assert.deepEqual(
      [...(await rows(result, 0, 3)), ...(await rows(result, 3, 2))],
      all.slice(0, 5),
    );
    assert.deepEqual(await rows(result, size, 10), []);
  });

  it('counts decisions over time, and groups by what is asked', async () => {
    const { groups, timeline, total } = await query({ types: ['decision'] }, { group: 'verdict' });
    const counts = Object.fromEntries(groups.map(({ key, count }) => [key, count]));
    assert.equal(counts['deny'], 3);
    assert.ok((counts['allow'] ?? 0) >= 1 && (counts['step_up'] ?? 0) >= 1);
    const sum = timeline.spans.reduce(
      (n, { allow, deny, step_up }) => n + allow + deny + step_up,
      0,
    );
    assert.equal(sum, total);
    assert.ok(timeline.spans.length <= 20 && timeline.spanMs > 0);
    const { groups: tools } = await query({ tools: ['mcp.tool.call'] }, { group: 'tool' });
    assert.deepEqual(
      tools.map(({ key }) => key),
      ['mcp.tool.call'],
    );
  });

  it('gives every record of a call what its decision says', async () => {
    const [outcome] = await rows(await query({ types: ['outcome'], tools: ['mcp.tool.call'] }));
    assert.ok(outcome?.decisionId && outcome.agent && outcome.human === 'user:dev@test');
    assert.equal(outcome.tool, 'mcp.tool.call');
    assert.ok(outcome.task);
    const call = await rows(await query({ decisionId: outcome.decisionId }));
    assert.deepEqual(new Set(call.map(({ task }) => task)), new Set([outcome.task]));
    assert.deepEqual(
      new Set(call.map(({ decisionId }) => decisionId)).size,
      2,
      'asked, then allowed',
    );
    assert.equal(call.at(-1)?.type, 'decision');
  });

  it('finds text whatever its case, and rules by their id', async () => {
    const result = await query({ text: 'APP.TXT STAYS as it' });
    assert.deepEqual(
      [result.total, (await rows(result)).every(({ verdict }) => verdict === 'deny')],
      [3, true],
    );
    assert.equal((await query({ rules: ['no-app'] })).total, 3);
    assert.equal((await query({ text: 'nowhere in it' })).total, 0);
  });

  it('keeps the rows of a query as they are while the ledger grows', async () => {
    const result = await query();
    const before = await rows(result);
    await lived.read();
    assert.deepEqual(await rows(result), before);
    assert.ok((await query()).total > result.total);
  });

  it('knows only the last query of a connection, and none of another', async () => {
    const first = await query();
    const second = await query({ verdicts: ['deny'] });
    await assert.rejects(rows(first), { remoteCode: 'QUERY_UNKNOWN' });
    assert.equal((await rows(second)).length, 3);
    const other = await connectAs(served.state, served.approver);
    const params = { workspace, id: second.id, offset: 0, limit: 1 };
    await assert.rejects(other.call('ledger/rows', params), { remoteCode: 'QUERY_UNKNOWN' });
    other.close();
    const both = await Promise.allSettled([query({ text: 'a' }), query({ text: 'b' })]);
    const [replaced, last] = both;
    assert.equal(last.status, 'fulfilled');
    const isReplaced = replaced.status === 'rejected';
    assert.equal(
      (replaced as { reason?: { remoteCode?: string } }).reason?.remoteCode,
      isReplaced ? 'QUERY_REPLACED' : undefined,
    );
    for (const since of ['yesterday', '2026-01-02', '2026-13-02T00:00:00Z']) {
      await assert.rejects(query({ since }), { remoteCode: 'QUERY_INVALID' }, since);
    }
  });

  it('shows an approved call whole: payload, diff, approval, pass, files', async () => {
    const [approval] = await rows(await query({ types: ['approval'], statuses: ['approved'] }));
    const shown = await detail(approval?.seq ?? -1);
    assert.deepEqual(shown.row, approval);
    assert.match(shown.line, /^\{"body":\{"_sd":\["[\w-]{43}"\]/);
    assert.match(shown.recordText, /"approvedBy": "user:reviewer@test"/);
    assert.equal(leafHash(shown.line), shown.proof?.leaf ?? leafHash(shown.line));
    assert.match(shown.recordText, /^\{\n {2}"/);
    assert.match(shown.payloadText ?? '', /"content":"changed"/);
    assert.match(
      shown.diff ?? '',
      /^--- \/dev\/null\n\+\+\+ b\/src\/asked\.txt\n@@ .*\n\+changed\n/,
    );
    assert.deepEqual(shown.links, [
      { kind: 'file', label: 'src/asked.txt', target: 'src/asked.txt' },
    ]);
    assert.equal(shown.pass?.state, 'used');
    assert.ok(shown.reasons.length > 0);
    assert.deepEqual(
      shown.call.map(({ type }) => type),
      ['decision', 'decision', 'pass', 'intent', 'outcome'],
    );
    assert.equal(shown.proof, undefined);
    const [asked] = shown.call;
    assert.equal((await query({ decisionId: asked?.decisionId ?? '' })).total, 6);
    const outcome = await detail(shown.call.at(-1)?.seq ?? -1);
    assert.equal(outcome.payloadText, shown.payloadText);
    assert.ok(outcome.call.some(({ seq }) => seq === approval?.seq));
  });

  it('says why there is no payload, and that there is no such record', async () => {
    const [hash = ''] = /(?<="payloadHash":"sha256:)[0-9a-f]{64}/.exec(lived.denied.line) ?? [];
    const { key } = await served.control.call('workspaces/open', { workspace });
    const kept = path.join(served.state, 'workspaces', key, 'payloads', hash.slice(0, 2), hash);
    assert.ok((await detail(lived.denied.seq)).payloadText);
    rmSync(kept);
    const shown = await detail(lived.denied.seq);
    assert.equal(shown.payloadText, undefined);
    assert.match(shown.payloadNote ?? '', /not kept/);
    assert.deepEqual(shown.reasons, [{ rule: 'no-app', message: 'app.txt stays as it is' }]);
    assert.deepEqual([shown.diff, shown.pass, shown.call], [undefined, undefined, []]);
    const genesis = await detail(0);
    assert.deepEqual([genesis.row.type, genesis.call, genesis.links], ['genesis', [], []]);
    await assert.rejects(detail(1_000_000), { remoteCode: 'RECORD_UNKNOWN' });
  });

  it('answers the same after a restart, and after a crash', async () => {
    const before = await query({}, { group: 'task' });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await served.restart(signal);
      const { since } = { since: before.timeline.start };
      const after = await query({ since }, { group: 'task' });
      const known = new Map(after.groups.map(({ key, count }) => [key, count]));
      for (const { key, count } of before.groups) assert.ok((known.get(key) ?? 0) >= count, key);
      await assert.rejects(rows(before), { remoteCode: 'QUERY_UNKNOWN' });
    }
  });
});
