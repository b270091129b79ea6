import { sha256 } from '@axtary/core/digest';
import { diffPolicies, parsePolicy, type PolicyChange } from '@axtary/policy';
import type { PolicyDiffReport, PolicyDifference } from '@axtary/protocol';

import type { Workspace } from '../workspace/workspace.js';
import { impactOf, type ImpactOptions } from './impact.js';
import { issuesOf } from './issues.js';

/** What a draft changes against what is enforced; with options, also over past actions. */
export async function diffOf(
  workspace: Workspace,
  text: string,
  impactOptions?: ImpactOptions,
): Promise<PolicyDiffReport> {
  const { policy, issues } = parsePolicy(text);
  const { enforcedHash } = workspace.policy.state();
  const report = {
    proposedHash: sha256(text),
    issues: issuesOf(issues),
    ...(enforcedHash && { enforcedHash }),
  };
  // What cannot be read is never called harmless.
  if (!policy) return { ...report, direction: 'unclear', differences: [] };
  const enforced = enforcedHash && workspace.policy.enforced();
  const { direction, changes } = diffPolicies(enforced, policy);
  const differences = changes.map(differenceOf);
  const impact = impactOptions && (await impactOf(workspace, policy, impactOptions));
  return { ...report, direction, differences, ...(impact && { impact }) };
}

function differenceOf({
  kind,
  name,
  direction,
  before,
  after,
  details,
}: PolicyChange): PolicyDifference {
  const texts = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  return {
    direction,
    change: changeOf(before, after),
    subject: kind.startsWith('rule-') ? 'rule' : kind,
    name,
    words: details.length > 0 ? details.join('; ') : (after ?? before ?? ''),
    ...texts,
  };
}

function changeOf(
  before: string | undefined,
  after: string | undefined,
): PolicyDifference['change'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}
