import type { Action, JsonObject } from '@axtary/core';

export interface ToolCall {
  readonly suite: string;
  readonly tool: string;
  readonly args: JsonObject;
}

/** A tool call of a suite as the action that the enforcement host would make of it. */
export function actionOf({ suite, tool, args }: ToolCall, request: string): Action {
  return {
    id: 'act_replay',
    actor: { agent: 'agent:replay', human: 'user:replay', tenant: 'org:replay', runtime: 'replay' },
    intent: { task: 'replay', summary: tool, request },
    capability: {
      tool: 'mcp.tool.call',
      resource: `mcp:${suite}/${tool}`,
      payload: { server: suite, name: tool, arguments: args },
      constraints: {},
    },
    context: { source: 'mcp' },
  };
}
