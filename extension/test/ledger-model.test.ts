import assert from 'node:assert/strict';

import { ledgerTree } from '../src/model/ledger-tree.js';
import { withNewest, withOlder } from '../src/model/ledger-window.js';
import { demoItem } from './support/demo.js';

const dayOf = (time: string): string => time.slice(0, 10);

describe('ledger tree', () => {
  const items = [
    demoItem(6, { time: '2026-01-02T09:00:00.000Z', type: 'checkpoint' }),
    demoItem(5, { decisionId: 'd2', verdict: 'deny', tool: 'b', time: '2026-01-01T12:00:00.000Z' }),
    demoItem(4, { decisionId: 'd1', type: 'outcome', status: 'executed' }),
    demoItem(3, { decisionId: 'd3', verdict: 'allow', tool: 'b', agent: 'agent:x', rules: ['r'] }),
    demoItem(2, { decisionId: 'd1', verdict: 'allow', tool: 'a', title: 'first call' }),
  ];

  it('groups by day, verdict, tool and call, the newest day first', () => {
    const tree = ledgerTree({ items, size: 7 }, dayOf);
    assert.deepEqual(
      tree.map(({ day, calls }) => [day, calls]),
      [
        ['2026-01-02', 1],
        ['2026-01-01', 3],
      ],
    );
    const [, first] = tree;
    assert.deepEqual(
      first?.verdicts.map(({ verdict, calls }) => [verdict, calls]),
      [
        ['deny', 1],
        ['allow', 2],
      ],
    );
    assert.deepEqual(
      first.verdicts[1]?.tools.map(({ tool }) => tool),
      ['a', 'b'],
    );
  });

  it('puts the records of a call together, in the order they were written', () => {
    const tree = ledgerTree({ items, size: 7 }, dayOf);
    const call = tree[1]?.verdicts[1]?.tools[0]?.calls[0];
    assert.deepEqual(
      call?.records.map(({ seq }) => seq),
      [2, 4],
    );
    assert.equal(call.title, 'first call');
    assert.equal(call.status, 'executed');
  });

  it('files records without a decision apart', () => {
    const [today] = ledgerTree({ items, size: 7 }, dayOf);
    assert.equal(today?.verdicts[0]?.verdict, 'system');
    assert.equal(today.verdicts[0].tools[0]?.tool, 'checkpoint');
  });

  it('names MCP calls by their resource, for they all have the same tool', () => {
    const call = { tool: 'mcp.tool.call', resource: 'mcp:files/write', decisionId: 'd' } as const;
    const [day] = ledgerTree(
      { items: [demoItem(0, { ...call, verdict: 'deny' })], size: 1 },
      dayOf,
    );
    assert.equal(day?.verdicts[0]?.tools[0]?.tool, 'mcp:files/write');
  });

  it('says when the decision itself is on an older page', () => {
    const outcome = demoItem(9, { decisionId: 'd9', type: 'outcome', tool: 't' });
    const [day] = ledgerTree({ items: [outcome], size: 10 }, dayOf);
    assert.equal(day?.verdicts[0]?.verdict, 'unknown');
  });

  it('gives every node an id of its own', () => {
    const ids = ledgerTree({ items, size: 7 }, dayOf).flatMap((day) => [
      day.id,
      ...day.verdicts.flatMap((verdict) => [verdict.id, ...verdict.tools.map(({ id }) => id)]),
    ]);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('ledger window', () => {
  const window = { items: [demoItem(2), demoItem(1)], size: 3 };
  const seqs = (given: { items: readonly { seq: number }[] } | undefined) =>
    given?.items.map(({ seq }) => seq);

  it('takes newer records that follow without a gap', () => {
    assert.deepEqual(seqs(withNewest(window, [demoItem(4), demoItem(3)], 5)), [4, 3, 2, 1]);
  });

  it('takes records that overlap once', () => {
    assert.deepEqual(seqs(withNewest(window, [demoItem(3), demoItem(2)], 4)), [3, 2, 1]);
  });

  it('asks to be read anew where some are missing, or the ledger has become shorter', () => {
    assert.equal(withNewest(window, [demoItem(5)], 6), undefined);
    assert.equal(withNewest(window, [demoItem(1)], 2), undefined);
    assert.equal(withNewest(window, [], 9), undefined);
    assert.equal(withNewest({ items: [], size: 0 }, [demoItem(5)], 6), undefined);
  });

  it('stays as it is when nothing is new', () => {
    assert.equal(withNewest(window, [], 3), window);
  });

  it('begins with the first records of a ledger', () => {
    assert.deepEqual(seqs(withNewest({ items: [], size: 0 }, [demoItem(0)], 1)), [0]);
  });

  it('adds an older page at its end', () => {
    assert.deepEqual(seqs(withOlder(window, [demoItem(1), demoItem(0)], 3)), [2, 1, 0]);
  });
});
