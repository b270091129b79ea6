import { approvalProgress, type ApprovalItem } from '@axtary/approvals';
import { parseAction } from '@axtary/core';
import { approvalsInWords } from '@axtary/policy';
import type { ApprovalDetail, ApprovalSummary } from '@axtary/protocol';

/** A request as reviewers list it. */
export function approvalSummary(item: ApprovalItem, workspace: string): ApprovalSummary {
  const { actor, intent, capability, context } = item.action;
  return {
    id: item.id,
    workspace,
    status: item.status,
    title: titleOf(item),
    tool: capability.tool,
    resource: capability.resource,
    agent: actor.agent,
    human: actor.human,
    runtime: actor.runtime,
    task: intent.task,
    summary: intent.summary,
    createdAt: item.createdAt,
    expiresAt: item.expiresAt,
    nonce: item.nonce,
    actionHash: item.actionHash,
    payloadHash: item.payloadHash,
    policyHash: item.policyHash ?? `sha256:${'0'.repeat(64)}`,
    ...(context.mcp && { definitionHash: context.mcp.definitionHash }),
    decision: item.decision,
    ...approvalsSoFar(item),
  };
}

function approvalsSoFar(
  item: ApprovalItem,
): Pick<ApprovalSummary, 'approvedBy' | 'progress' | 'missing'> {
  const { given, needed, missing } = approvalProgress(item);
  const isAsked = item.status === 'pending';
  return {
    approvedBy: (item.approvals ?? []).map(({ artifact }) => ({
      name: artifact.approvedBy,
      at: artifact.approvedAt,
    })),
    progress: needed > 1 ? `${given} of ${needed} approvals` : '',
    // Whoever may approve is said where not everybody may.
    missing:
      isAsked && item.decision.obligations.approvals
        ? approvalsInWords({ approvals: [...missing] })
        : '',
  };
}

/** A request with everything that is approved: the canonical texts and the exact change. */
export function approvalDetail(item: ApprovalItem, workspace: string): ApprovalDetail {
  const { actionText, payloadText } = parseAction(item.action);
  return {
    ...approvalSummary(item, workspace),
    actionText,
    payloadText,
    ...(item.diff && { diff: item.diff }),
    ...(item.diffNote !== undefined && { diffNote: item.diffNote }),
    files: item.files ?? [],
  };
}

/** What the call is, in one line: the last part of the resource and the files it touches. */
function titleOf({ action }: ApprovalItem): string {
  const { capability, context } = action;
  const name = capability.resource.split('/').at(-1) ?? capability.tool;
  const [first, ...others] = context.paths ?? [];
  if (first === undefined) return name;
  return others.length === 0 ? `${name} ${first}` : `${name} ${first} and ${others.length} more`;
}
