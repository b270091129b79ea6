import type { Action } from '@axtary/core';

/** A sample: an agent wants to open a pull request, and shows no evidence of passing tests. */
export const demoAction: Action & {
  capability: { payload: Record<string, string | boolean | readonly string[]> };
} = {
  id: 'act_demo',
  actor: {
    agent: 'agent:codex-prod',
    human: 'user:dev@example.com',
    tenant: 'org:example',
    runtime: 'codex-cli',
  },
  intent: { task: 'AXT-418', summary: 'Open a pull request for AXT-418' },
  capability: {
    tool: 'github.pull_requests.create',
    resource: 'repo:example/web-app',
    payload: {
      title: 'AXT-418: round invoice totals once',
      body: 'Rounds the total instead of every line.',
      base: 'main',
      head: 'axt-418-rounding',
      filesChanged: ['src/billing/invoice.ts', 'test/billing/invoice.test.ts'],
      touchesProduction: false,
    },
    constraints: {
      baseBranch: 'main',
      maxFilesChanged: 12,
      blockedPaths: ['infra/prod/**', '.env*'],
      requiresTests: true,
    },
  },
  context: { source: 'demo' },
};
