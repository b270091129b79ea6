import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import type { Decision } from '@axtary/core';
import { codingAgentPolicy, evaluatePolicy, parsePolicy, type Policy } from '@axtary/policy';

import { anAction, mcpCall, pullRequest, ruleIds } from './support.js';

const POLICIES = new URL('../../../../policies/', import.meta.url);

function policyFile(name: string): Policy {
  const { policy, issues } = parsePolicy(readFileSync(new URL(name, POLICIES), 'utf8'), name);
  assert.deepEqual(issues, []);
  assert.ok(policy);
  return policy;
}

function expectRules(decision: Decision, verdict: Decision['decision'], ...ids: string[]): void {
  assert.deepEqual(ruleIds(decision), ids);
  assert.equal(decision.decision, verdict);
}

describe('the preset coding-agent', () => {
  it('has the same rules as policies/coding-agent.yml', () => {
    const written = policyFile('coding-agent.yml');
    assert.deepEqual(
      written.rules.map(({ rule }) => rule),
      codingAgentPolicy.rules.map(({ rule }) => rule),
    );
    assert.equal(codingAgentPolicy.name, 'coding-agent');
  });

  it('is in force where a file names no preset, and where no policy is given', () => {
    const { policy } = parsePolicy('version: 1\n');
    assert.deepEqual(policy?.rules, codingAgentPolicy.rules);
    assert.deepEqual(
      evaluatePolicy(pullRequest()),
      evaluatePolicy(pullRequest(), codingAgentPolicy),
    );
  });

  it('asks for an approval of an untested pull request', () => {
    expectRules(evaluatePolicy(pullRequest()), 'step_up', 'pr-untested');
    const claimed = pullRequest({ testsPassed: 'yes' });
    expectRules(evaluatePolicy(claimed), 'step_up', 'pr-untested');
  });

  it('allows a tested pull request within its constraints', () => {
    expectRules(evaluatePolicy(pullRequest({ testsPassed: true })), 'allow', 'pr-open');
  });

  it('asks where production is touched, or the files are not known', () => {
    const production = pullRequest({ testsPassed: true, touchesProduction: true });
    expectRules(evaluatePolicy(production), 'step_up', 'pr-touches-production');
    const known = Object.entries(pullRequest({ testsPassed: true }).capability.payload);
    const payload = Object.fromEntries(known.filter(([name]) => name !== 'filesChanged'));
    const unknown = anAction({ tool: 'github.pull_requests.create', payload });
    expectRules(evaluatePolicy(unknown), 'step_up', 'pr-files-unknown');
  });

  it('denies a pull request beyond its constraints', () => {
    const beyond = pullRequest({
      testsPassed: true,
      base: 'release',
      filesChanged: Array.from({ length: 13 }, (_, index) => `infra/prod/${index}.tf`),
    });
    expectRules(
      evaluatePolicy(beyond),
      'deny',
      'pr-blocked-path',
      'pr-other-base',
      'pr-too-many-files',
    );
    const hidden = pullRequest({ testsPassed: true, filesChanged: ['src/../infra/prod/a.tf'] });
    expectRules(evaluatePolicy(hidden), 'deny', 'pr-blocked-path', 'pr-outside-repository');
  });

  it('allows reads inside the workspace', () => {
    for (const name of ['read_text_file', 'list_directory', 'directory_tree', 'search_files']) {
      expectRules(evaluatePolicy(mcpCall(name, ['src/a.ts'])), 'allow', 'mcp-read-files');
    }
    expectRules(evaluatePolicy(mcpCall('list_allowed_directories')), 'allow', 'mcp-harmless');
    expectRules(
      evaluatePolicy(mcpCall('read_text_file', ['.vscode/x'])),
      'allow',
      'mcp-read-files',
    );
  });

  it('denies reads whose files it does not know', () => {
    expectRules(evaluatePolicy(mcpCall('read_text_file')), 'deny', 'default-deny');
  });

  it('asks for an approval of writes', () => {
    for (const name of ['write_file', 'edit_file', 'move_file', 'create_directory']) {
      expectRules(evaluatePolicy(mcpCall(name, ['src/a.ts'])), 'step_up', 'mcp-write');
    }
  });

  it('denies tools that it does not know', () => {
    for (const name of ['get_secret', 'run', 'READ_FILE']) {
      expectRules(evaluatePolicy(mcpCall(name, ['src/a.ts'])), 'deny', 'default-deny');
    }
    expectRules(evaluatePolicy(anAction({ tool: 'paid.api.call' })), 'deny', 'default-deny');
  });

  it('asks rather than allows where the spelling of the tool is unclear', () => {
    const decision = evaluatePolicy(mcpCall('read_file/../write_file', ['src/a.ts']));
    expectRules(decision, 'step_up', 'mcp-write');
  });

  it('denies secrets, to readers and writers', () => {
    const secrets = ['.env', 'a/.env.local', '.git', '.git/config', 'a/.ssh/id', 'k/server.pem'];
    for (const path of secrets) {
      for (const name of ['read_text_file', 'write_file']) {
        expectRules(evaluatePolicy(mcpCall(name, ['src/a.ts', path])), 'deny', 'mcp-secrets');
      }
    }
  });

  it('denies writes to the files that guard or configure agents', () => {
    const guards = [
      'axtary.yml',
      'a/axtary.yml',
      '.vscode',
      '.vscode/mcp.json',
      '.github/hooks/x.json',
      '.claude/settings.json',
      'pkg/.cursor/mcp.json',
      '.codex/config.toml',
      '.gemini/settings.json',
      '.mcp.json',
    ];
    for (const path of guards) {
      expectRules(evaluatePolicy(mcpCall('write_file', [path])), 'deny', 'mcp-guard-files');
    }
  });

  it('denies paths outside the workspace', () => {
    for (const path of ['/etc/passwd', '/x', 'C:/Users/x', '~', '~/x']) {
      const decision = evaluatePolicy(mcpCall('read_text_file', [path]));
      expectRules(decision, 'deny', 'mcp-outside-workspace');
    }
  });

  it('denies paths in another than their normal spelling', () => {
    for (const path of ['src/../.env', './src/a.ts', 'src//a.ts', 'src\\a.ts', 'src/']) {
      const decision = evaluatePolicy(mcpCall('read_text_file', [path]));
      expectRules(decision, 'deny', 'mcp-outside-workspace', 'mcp-secrets');
    }
  });

  it('asks for an approval of messages and issue updates', () => {
    const post = evaluatePolicy(anAction({ tool: 'slack.chat.postMessage' }));
    expectRules(post, 'step_up', 'slack-post');
    const update = evaluatePolicy(anAction({ tool: 'linear.issue.update' }));
    expectRules(update, 'step_up', 'linear-update');
  });
});

describe('policies/read-only.yml', () => {
  it('allows reads of the workspace and nothing else', () => {
    const policy = policyFile('read-only.yml');
    const read = evaluatePolicy(mcpCall('read_text_file', ['src/a.ts']), policy);
    expectRules(read, 'allow', 'read-files');
    for (const path of ['.env', 'a/.git/config']) {
      const secret = evaluatePolicy(mcpCall('read_text_file', [path]), policy);
      expectRules(secret, 'deny', 'no-secrets');
    }
    const outside = evaluatePolicy(mcpCall('read_text_file', ['/etc/hosts']), policy);
    expectRules(outside, 'deny', 'inside-workspace');
    const write = evaluatePolicy(mcpCall('write_file', ['src/a.ts']), policy);
    expectRules(write, 'deny', 'default-deny');
    expectRules(evaluatePolicy(pullRequest(), policy), 'deny', 'default-deny');
  });
});
