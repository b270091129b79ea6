import assert from 'node:assert/strict';

import type { ApprovalPanel } from '@axtary/protocol';

import { approveObstacle, denyObstacle, type Part } from '../src/model/answerable.js';
import { diffRows } from '../src/model/diff-rows.js';
import { remainingText } from '../src/model/remaining.js';

const diff = { provider: 'files', summary: '', files: [] };

function panel(overrides: Partial<ApprovalPanel> = {}): ApprovalPanel {
  return {
    id: 'apr_1',
    state: 'pending',
    title: '',
    tool: '',
    resource: '',
    agent: '',
    human: '',
    runtime: '',
    task: '',
    summary: '',
    createdAt: '',
    expiresAt: '',
    reasons: [],
    approvedBy: [],
    progress: '',
    missing: '',
    isApprovedByYou: false,
    payloadText: '{}',
    payloadHash: '',
    actionHash: '',
    policyHash: '',
    position: 1,
    pending: 1,
    ...overrides,
  };
}

function progress(...seen: Part[]): Parameters<typeof approveObstacle>[1] {
  return { seen: new Set(seen), isExpired: false, isSettled: true };
}

describe('whether a request can be answered', () => {
  it('cannot be approved before the end of the payload was on screen', () => {
    assert.match(approveObstacle(panel(), progress()) ?? '', /end of the payload: scroll/);
    assert.equal(approveObstacle(panel(), progress('payload')), undefined);
  });

  it('cannot be approved before the end of the change was on screen, where there is one', () => {
    const withDiff = panel({ diff });
    assert.match(approveObstacle(withDiff, progress()) ?? '', /the change and the payload/);
    assert.match(approveObstacle(withDiff, progress('payload')) ?? '', /end of the change:/);
    assert.equal(approveObstacle(withDiff, progress('payload', 'diff')), undefined);
  });

  it('can be denied unread', () => {
    assert.equal(denyObstacle(panel({ diff }), progress()), undefined);
  });

  it('takes no click in the first moment after it appeared', () => {
    const early = { ...progress('payload'), isSettled: false };
    assert.ok(approveObstacle(panel(), early));
    assert.ok(denyObstacle(panel(), early));
  });

  it('cannot be approved twice by the same approver, but denied still', () => {
    const approved = panel({ isApprovedByYou: true });
    assert.match(approveObstacle(approved, progress('payload')) ?? '', /another approver/);
    assert.equal(denyObstacle(approved, progress()), undefined);
  });

  it('cannot be answered once it has expired', () => {
    const late = { ...progress('payload'), isExpired: true };
    assert.match(approveObstacle(panel(), late) ?? '', /expired/);
    assert.ok(denyObstacle(panel(), late));
  });

  for (const state of ['answering', 'approved', 'denied', 'expired', 'gone'] as const) {
    it(`cannot be answered while it is ${state}`, () => {
      assert.ok(approveObstacle(panel({ state }), progress('payload')));
      assert.ok(denyObstacle(panel({ state }), progress('payload')));
    });
  }
});

describe('time that remains', () => {
  const at = Date.parse('2026-01-01T10:00:00.000Z');

  it('is shown in minutes and seconds, and hours where there are some', () => {
    assert.equal(remainingText('2026-01-01T10:04:07.000Z', at), '4:07');
    assert.equal(remainingText('2026-01-01T11:02:03.000Z', at), '1:02:03');
    assert.equal(remainingText('2026-01-01T10:00:00.001Z', at), '0:01');
  });

  it('is over at the moment of expiry, and where the time cannot be read', () => {
    assert.equal(remainingText('2026-01-01T10:00:00.000Z', at), undefined);
    assert.equal(remainingText('soon', at), undefined);
  });
});

describe('rows of a diff', () => {
  it('keep lines, numbers, signs and missing newlines in order', () => {
    const rows = diffRows({
      path: 'a.ts',
      status: 'modified',
      additions: 1,
      deletions: 1,
      hunks: [
        {
          header: '@@ -1,2 +1,2 @@',
          lines: [
            { type: 'context', oldLine: 1, newLine: 1, content: 'same' },
            { type: 'deletion', oldLine: 2, content: '\told\u202e', noNewline: true },
            { type: 'addition', newLine: 2, content: 'new\r' },
          ],
        },
      ],
    });
    assert.deepEqual(
      rows.map((row) => ('sign' in row ? [row.sign, row.oldLine, row.newLine] : row.type)),
      ['hunk', [' ', 1, 1], ['-', 2, undefined], 'no-newline', ['+', undefined, 2]],
    );
    const [, , deletion, , addition] = rows;
    assert.deepEqual(deletion && 'runs' in deletion && deletion.runs, [
      { text: '\t' },
      { text: 'old' },
      { text: '\u202e', hidden: 'U+202E' },
    ]);
    assert.deepEqual(addition && 'runs' in addition && addition.runs.at(-1)?.hidden, 'U+000D');
  });
});
