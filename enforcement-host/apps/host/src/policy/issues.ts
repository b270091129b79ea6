import type { PolicyIssue as Issue } from '@axtary/policy';
import type { PolicyIssue } from '@axtary/protocol';

/** Issues as they are told: a path in the text is its reader's own matter. */
export function issuesOf(issues: readonly Issue[]): PolicyIssue[] {
  return issues.map(({ code, message, severity, range }) => ({ code, message, severity, range }));
}
