import type { ApprovalDetail, ApprovalSummary, LedgerItem, WorkspaceState } from '@axtary/protocol';

import { sha256 } from '../../src/approver/digest.js';

const payload = { content: 'x', path: 'src/app.ts' };
const payloadText = JSON.stringify(payload);
const capability = { payload, resource: 'mcp://files/write', tool: 'mcp.files.write' };
const actionText = JSON.stringify({ capability, id: 'act_1' });

/** A request as lists have it. */
export function demoSummary(): ApprovalSummary {
  return {
    id: 'apr_1',
    workspace: '/ws',
    status: 'pending',
    title: 'write src/app.ts',
    tool: 'mcp.files.write',
    resource: 'mcp://files/write',
    agent: 'agent:one',
    human: 'user:ada',
    runtime: 'vscode',
    task: 'task',
    summary: '',
    createdAt: '2026-01-01T10:00:00.000Z',
    expiresAt: '2026-01-01T10:05:00.000Z',
    nonce: 'nonce-1',
    approvedBy: [],
    progress: '',
    missing: '',
    actionHash: sha256(actionText),
    payloadHash: sha256(payloadText),
    policyHash: sha256('policy'),
    decision: {
      decision: 'step_up',
      reasons: [{ rule: 'ask', effect: 'step_up', message: 'ask a human' }],
      obligations: { approvals: [{ count: 1, roles: ['owner'] }] },
    },
  };
}

/** A request whose hashes fit. */
export function demoDetail(overrides: Partial<ApprovalDetail> = {}): ApprovalDetail {
  return { ...demoSummary(), actionText, payloadText, files: [], ...overrides };
}

export function demoItem(seq: number, overrides: Partial<LedgerItem> = {}): LedgerItem {
  return {
    seq,
    time: '2026-01-01T10:00:00.000Z',
    type: 'decision',
    title: `record ${seq}`,
    rules: [],
    line: `{"seq":${seq}}`,
    ...overrides,
  };
}

export function demoState(folder: string): WorkspaceState {
  return {
    key: 'ws_0123456789abcdef',
    folder,
    policy: { status: 'trusted', message: 'trusted' },
    servers: [],
    ledger: { size: 0, head: sha256('head'), anchors: [] },
  };
}
