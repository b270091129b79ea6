import type { Action } from '../src/index.js';

/** A fresh, plain action. */
export function sampleAction(): Action {
  return {
    id: 'act_sample',
    actor: {
      agent: 'agent:one',
      human: 'user:dev@example.com',
      tenant: 'org:example',
      runtime: 'cli',
    },
    intent: { task: 'T-1', summary: 'Post a message' },
    capability: {
      tool: 'slack.post',
      resource: 'slack:channel/C1',
      payload: { text: 'hello', mentions: ['@ops'] },
      constraints: {},
    },
    context: { source: 'sdk' },
  };
}

/** Matches an error by its code. */
export function coded(code: string): { readonly code: string } {
  return { code };
}
