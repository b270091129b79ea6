import type {
  PanelImpact,
  PanelSimulation,
  PolicyImpact,
  PolicyTestResult,
  Simulation,
} from '@axtary/protocol';

const MCP_CALL = 'mcp.tool.call';

/** What the panel shows of a simulation. */
export function panelSimulation(
  { problem, decision, rules, engines, issues }: Simulation,
  test: PolicyTestResult | undefined,
): PanelSimulation {
  if (decision === undefined) {
    return { status: 'failed', message: problemText(problem, issues) };
  }
  const { shadow } = decision;
  return {
    status: 'done',
    decision: decision.decision,
    reasons: decision.reasons.map(({ rule, message }) => ({ rule, message })),
    needs: needsOf(decision),
    ...(shadow === undefined
      ? {}
      : {
          shadow: {
            decision: shadow.decision,
            reasons: shadow.reasons.map(({ rule, message }) => ({ rule, message })),
          },
        }),
    rules: rules.map(({ failed, ...trace }) => ({
      ...trace,
      ...(failed === undefined ? {} : { failed: { words: failed.words, found: failed.found } }),
    })),
    engines: engines.map(({ error, ...answer }) => ({
      ...answer,
      ...(error === undefined ? {} : { problem: error }),
    })),
    ...(test === undefined
      ? {}
      : { test: { name: test.name, passed: test.isPassed, expected: test.expected } }),
  };
}

/** With the first error of the draft, and its line as editors count. */
function problemText(problem: string | undefined, issues: Simulation['issues']): string {
  const error = issues.find(({ severity }) => severity === 'error');
  const where = error && `line ${error.range.start.line + 1}: ${error.message}`;
  const parts = [problem, where].filter((text) => text !== undefined);
  return parts.length === 0 ? 'nothing could be decided' : parts.join('; ');
}

/** What the panel shows of the effect on past actions. */
export function panelImpact(impact: PolicyImpact): PanelImpact {
  const { considered, missingPayloads, newlyAllowed, newlyDenied, newlyAsked, changes } = impact;
  return {
    status: 'done',
    considered,
    missing: missingPayloads,
    newlyAllowed,
    newlyDenied,
    newlyAsked,
    changes: changes.map(({ seq, time, tool, resource, agent, before, after }) => ({
      seq,
      time,
      // Every MCP call has the same tool: its resource names it.
      title: tool === MCP_CALL ? resource : `${tool} ${resource}`,
      agent,
      before: before.decision,
      beforeRules: before.rules,
      after: after.decision,
      reasons: after.reasons,
    })),
    isCancelled: impact.isCancelled,
    isStale: false,
  };
}

type Decision = NonNullable<Simulation['decision']>;

function needsOf({ obligations, usage = [] }: Decision): string[] {
  const { approvals = [], passTtlSeconds, tests } = obligations;
  return [
    ...approvals.map(approvalText),
    ...(passTtlSeconds === undefined ? [] : [`The pass lives ${passTtlSeconds} s at most.`]),
    ...(tests === undefined ? [] : [`Tests passed: ${tests}.`]),
    ...usage.map(({ meter, amount }) => `Uses ${amount} of ${meter}.`),
  ];
}

function approvalText({ count, roles }: { count: number; roles?: string[] | undefined }): string {
  const who = roles === undefined ? '' : ` with the role ${roles.join(' or ')}`;
  return `Needs ${count} approval${count === 1 ? '' : 's'}${who}.`;
}
