// Written by scripts/presets.mjs from policies/: change those files, then run it.
import type { PolicyRule } from '../document/rule.js';
import type { PackName, PresetName } from './names.js';

interface Preset {
  readonly rules: readonly PolicyRule[];
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Rules and lists that `preset` and `packs` bring. */
export const PRESETS: Readonly<Record<PresetName | PackName, Preset>> = {
  'coding-agent': {
    rules: [
      {
        id: 'pr-blocked-path',
        effect: 'deny',
        description: 'a changed file is on a blocked path',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.filesChanged', matchesField: 'constraints.blockedPaths' }],
      },
      {
        id: 'pr-outside-repository',
        effect: 'deny',
        description: 'a changed file is outside the repository',
        match: { tool: 'github.pull_requests.create' },
        when: [
          {
            field: 'payload.filesChanged',
            matches: ['/**', '*:/**', '~*', '~*/**', '$*/**', '%*%/**'],
          },
        ],
      },
      {
        id: 'pr-other-base',
        effect: 'deny',
        description: 'the base branch is not the one agreed on',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.base', notEqualsField: 'constraints.baseBranch' }],
      },
      {
        id: 'pr-too-many-files',
        effect: 'deny',
        description: 'more files changed than agreed on',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.filesChanged', overSizeField: 'constraints.maxFilesChanged' }],
      },
      {
        id: 'pr-files-unknown',
        effect: 'step_up',
        description: 'the changed files are not known',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.filesChanged', present: false }],
      },
      {
        id: 'pr-untested',
        effect: 'step_up',
        description: 'tests are not known to have passed',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.testsPassed', notEquals: true }],
      },
      {
        id: 'pr-touches-production',
        effect: 'step_up',
        description: 'the change touches production',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.touchesProduction', equals: true }],
      },
      {
        id: 'pr-open',
        effect: 'allow',
        description: 'a tested pull request within its constraints',
        match: { tool: 'github.pull_requests.create' },
      },
      {
        id: 'mcp-secrets',
        effect: 'deny',
        description: 'secrets are neither read nor written by agents',
        match: { tool: 'mcp.tool.call' },
        when: [
          {
            field: 'context.paths',
            matches: [
              '**/.env*',
              '**/.env/**',
              '**/.env.d/**',
              '**/.git',
              '**/.git/**',
              '**/.ssh/**',
              '**/.aws/**',
              '**/.netrc',
              '**/id_rsa*',
              '**/id_ed25519*',
              '**/*.pem',
            ],
          },
        ],
      },
      {
        id: 'mcp-outside-workspace',
        effect: 'deny',
        description: 'a path is outside the workspace',
        match: { tool: 'mcp.tool.call' },
        when: [
          { field: 'context.paths', matches: ['/**', '*:/**', '~*', '~*/**', '$*/**', '%*%/**'] },
        ],
      },
      {
        id: 'mcp-guard-files',
        effect: 'deny',
        description: 'agents do not change the files that guard or configure them',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/write_*',
            'mcp:*/edit_*',
            'mcp:*/move_*',
            'mcp:*/create_*',
            'mcp:*/delete_*',
          ],
        },
        when: [
          {
            field: 'context.paths',
            matches: [
              '**/axtary.yml',
              '**/.mcp.json',
              '**/.vscode',
              '**/.vscode/**',
              '**/.github/hooks',
              '**/.github/hooks/**',
              '**/.claude',
              '**/.claude/**',
              '**/.cursor',
              '**/.cursor/**',
              '**/.codex',
              '**/.codex/**',
              '**/.gemini',
              '**/.gemini/**',
            ],
          },
        ],
      },
      {
        id: 'mcp-write',
        effect: 'step_up',
        description: 'writing needs an approval of the exact content',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/write_*',
            'mcp:*/edit_*',
            'mcp:*/move_*',
            'mcp:*/create_*',
            'mcp:*/delete_*',
          ],
        },
      },
      {
        id: 'mcp-read-files',
        effect: 'allow',
        description: 'reading files inside the workspace',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/read_file',
            'mcp:*/read_text_file',
            'mcp:*/read_media_file',
            'mcp:*/read_multiple_files',
            'mcp:*/list_directory',
            'mcp:*/list_directory_with_sizes',
            'mcp:*/directory_tree',
            'mcp:*/search_files',
            'mcp:*/get_file_info',
          ],
        },
        when: [{ field: 'context.paths', present: true }],
      },
      {
        id: 'mcp-harmless',
        effect: 'allow',
        description: 'a tool that touches no file',
        match: {
          tool: 'mcp.tool.call',
          resource: ['mcp:*/list_allowed_directories', 'mcp:*/echo'],
        },
      },
      {
        id: 'slack-post',
        effect: 'step_up',
        description: 'a message needs an approval of its exact text',
        match: { tool: 'slack.chat.postMessage' },
      },
      {
        id: 'linear-update',
        effect: 'step_up',
        description: 'an issue update needs an approval of its exact fields',
        match: { tool: 'linear.issue.update' },
      },
    ],
    lists: {},
  },
  'read-only': {
    rules: [
      {
        id: 'no-secrets',
        effect: 'deny',
        description: 'secrets are not read by agents',
        match: { tool: 'mcp.tool.call' },
        when: [
          {
            field: 'context.paths',
            matches: [
              '**/.env*',
              '**/.env/**',
              '**/.env.d/**',
              '**/.git',
              '**/.git/**',
              '**/.ssh/**',
              '**/.aws/**',
              '**/.netrc',
              '**/id_rsa*',
              '**/id_ed25519*',
              '**/*.pem',
            ],
          },
        ],
      },
      {
        id: 'inside-workspace',
        effect: 'deny',
        description: 'a path is outside the workspace',
        match: { tool: 'mcp.tool.call' },
        when: [
          { field: 'context.paths', matches: ['/**', '*:/**', '~*', '~*/**', '$*/**', '%*%/**'] },
        ],
      },
      {
        id: 'read-files',
        effect: 'allow',
        description: 'reading files inside the workspace',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/read_file',
            'mcp:*/read_text_file',
            'mcp:*/read_media_file',
            'mcp:*/read_multiple_files',
            'mcp:*/list_directory',
            'mcp:*/list_directory_with_sizes',
            'mcp:*/directory_tree',
            'mcp:*/search_files',
            'mcp:*/get_file_info',
          ],
        },
        when: [{ field: 'context.paths', present: true }],
      },
    ],
    lists: {},
  },
  'release-manager': {
    rules: [
      {
        id: 'release-branch',
        effect: 'deny',
        description: 'the base branch is not on the list releaseBranches',
        match: { tool: 'github.pull_requests.create' },
        when: [{ not: { field: 'payload.base', allMatchField: 'lists.releaseBranches' } }],
      },
      {
        id: 'release-agreed-branch',
        effect: 'deny',
        description: 'the base branch is not the one agreed on',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.base', notEqualsField: 'constraints.baseBranch' }],
      },
      {
        id: 'release-blocked-path',
        effect: 'deny',
        description: 'a changed file is on a blocked path',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.filesChanged', matchesField: 'constraints.blockedPaths' }],
      },
      {
        id: 'release-outside-repository',
        effect: 'deny',
        description: 'a changed file is outside the repository',
        match: { tool: 'github.pull_requests.create' },
        when: [
          {
            field: 'payload.filesChanged',
            matches: ['/**', '*:/**', '~*', '~*/**', '$*/**', '%*%/**'],
          },
        ],
      },
      {
        id: 'release-too-many-files',
        effect: 'deny',
        description: 'more files changed than agreed on',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.filesChanged', overSizeField: 'constraints.maxFilesChanged' }],
      },
      {
        id: 'release-pull-request',
        effect: 'step_up',
        description: 'a release needs passed tests, a working day and two approvers',
        match: { tool: 'github.pull_requests.create' },
        obligations: {
          approvals: 2,
          requiresTests: true,
          maxFilesChanged: 500,
          blockedPaths: ['**/.env*', '**/axtary.yml', '**/*.pem', '**/id_rsa*', '**/id_ed25519*'],
          windows: [
            { days: ['mon', 'tue', 'wed', 'thu'], from: '08:00', to: '16:00', timeZone: 'Etc/UTC' },
          ],
          rates: [{ max: 10, windowSeconds: 86400, per: ['tenant'] }],
          passTtlSeconds: 900,
        },
      },
      {
        id: 'release-announcement-channel',
        effect: 'step_up',
        description: 'the channel is not on the list releaseChannels',
        match: { tool: 'slack.chat.postMessage' },
        when: [{ not: { field: 'payload.channel', allInField: 'lists.releaseChannels' } }],
      },
      {
        id: 'release-announcement-external',
        effect: 'step_up',
        description: 'recipients outside the organization are named',
        match: { tool: 'slack.chat.postMessage' },
        when: [
          { field: 'payload.externalRecipients', present: true },
          { field: 'payload.externalRecipients', notEquals: false },
          { not: { field: 'payload.externalRecipients', maxSize: 0 } },
        ],
      },
      {
        id: 'release-announcement',
        effect: 'allow',
        description: 'a message to a listed channel',
        match: { tool: 'slack.chat.postMessage' },
        when: [{ field: 'payload.channel', allInField: 'lists.releaseChannels' }],
        obligations: { passTtlSeconds: 300 },
      },
      {
        id: 'release-issue',
        effect: 'step_up',
        description: 'an issue update needs an approval of its exact fields',
        match: { tool: 'linear.issue.update' },
      },
      {
        id: 'release-secrets',
        effect: 'deny',
        description: 'secrets are not read by agents',
        match: { tool: 'mcp.tool.call' },
        when: [
          {
            field: 'context.paths',
            matches: [
              '**/.env*',
              '**/.env/**',
              '**/.env.d/**',
              '**/.git',
              '**/.git/**',
              '**/.ssh/**',
              '**/.aws/**',
              '**/.netrc',
              '**/id_rsa*',
              '**/id_ed25519*',
              '**/*.pem',
            ],
          },
        ],
      },
      {
        id: 'release-outside-workspace',
        effect: 'deny',
        description: 'a path is outside the workspace',
        match: { tool: 'mcp.tool.call' },
        when: [
          { field: 'context.paths', matches: ['/**', '*:/**', '~*', '~*/**', '$*/**', '%*%/**'] },
        ],
      },
      {
        id: 'release-read-files',
        effect: 'allow',
        description: 'reading files inside the workspace',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/read_file',
            'mcp:*/read_text_file',
            'mcp:*/read_multiple_files',
            'mcp:*/list_directory',
            'mcp:*/directory_tree',
            'mcp:*/search_files',
            'mcp:*/get_file_info',
          ],
        },
        when: [{ field: 'context.paths', present: true }],
      },
    ],
    lists: { releaseBranches: ['main', 'release/*'], releaseChannels: [] },
  },
  'support-agent': {
    rules: [
      {
        id: 'support-channel',
        effect: 'deny',
        description: 'the channel is not on the list supportChannels',
        match: { tool: 'slack.chat.postMessage' },
        when: [{ not: { field: 'payload.channel', allInField: 'lists.supportChannels' } }],
      },
      {
        id: 'support-customer',
        effect: 'step_up',
        description: 'somebody outside the organization would read this',
        match: { tool: 'slack.chat.postMessage' },
        when: [
          {
            any: [
              {
                all: [
                  { field: 'payload.externalRecipients', present: true },
                  { field: 'payload.externalRecipients', notEquals: false },
                  { not: { field: 'payload.externalRecipients', maxSize: 0 } },
                ],
              },
              {
                all: [
                  { field: 'payload.recipients', present: true },
                  {
                    not: { field: 'payload.recipients', allMatchField: 'lists.supportColleagues' },
                  },
                ],
              },
            ],
          },
        ],
      },
      {
        id: 'support-message',
        effect: 'allow',
        description: 'a message to a listed channel, 30 in an hour',
        match: { tool: 'slack.chat.postMessage' },
        when: [{ field: 'payload.channel', allInField: 'lists.supportChannels' }],
        obligations: {
          fields: { 'payload.text': { maxSize: 4000 } },
          rates: [{ max: 30, windowSeconds: 3600, per: ['agent'] }],
          passTtlSeconds: 300,
        },
      },
      {
        id: 'support-document-class',
        effect: 'deny',
        description: 'the document class is not on the list supportClasses',
        match: { tool: ['docs.search', 'docs.query'] },
        when: [{ not: { field: 'payload.documentClass', allInField: 'lists.supportClasses' } }],
      },
      {
        id: 'support-documents',
        effect: 'allow',
        description: 'at most 20 results out of listed classes',
        match: { tool: ['docs.search', 'docs.query'] },
        when: [{ field: 'payload.documentClass', allInField: 'lists.supportClasses' }],
        obligations: { maxRows: 20 },
      },
      {
        id: 'support-issue',
        effect: 'step_up',
        description: 'an issue update needs an approval of its exact fields',
        match: { tool: 'linear.issue.update' },
      },
      {
        id: 'support-unreserved',
        effect: 'deny',
        description: 'nothing is paid without a reservation',
        match: { tool: 'paid_api.call' },
        when: [{ not: { field: 'payload.reservationId', overSize: 0 } }],
      },
      {
        id: 'support-payment',
        effect: 'step_up',
        description: 'a payment needs an approver with the role support-lead',
        match: { tool: 'paid_api.call' },
        obligations: {
          approverRoles: ['support-lead'],
          fields: { 'payload.amountMinor': { min: 1, max: 20000 } },
          budgets: [
            { field: 'payload.amountMinor', max: 50000, windowSeconds: 86400, per: ['tenant'] },
          ],
          passTtlSeconds: 300,
        },
      },
    ],
    lists: { supportChannels: [], supportColleagues: [], supportClasses: ['public'] },
  },
  github: {
    rules: [
      {
        id: 'github-repository',
        effect: 'deny',
        description: 'the repository is not on the list githubRepositories',
        match: { tool: 'github.pull_requests.create' },
        when: [
          { not: { field: 'capability.resource', allMatchField: 'lists.githubRepositories' } },
        ],
      },
      {
        id: 'github-base-branch',
        effect: 'deny',
        description: 'the base branch is not on the list githubBaseBranches',
        match: { tool: 'github.pull_requests.create' },
        when: [{ not: { field: 'payload.base', allMatchField: 'lists.githubBaseBranches' } }],
      },
      {
        id: 'github-agreed-branch',
        effect: 'deny',
        description: 'the base branch is not the one agreed on',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.base', notEqualsField: 'constraints.baseBranch' }],
      },
      {
        id: 'github-blocked-path',
        effect: 'deny',
        description: 'a changed file is on a blocked path',
        match: { tool: 'github.pull_requests.create' },
        when: [
          {
            any: [
              { field: 'payload.filesChanged', matchesField: 'lists.githubBlockedPaths' },
              { field: 'payload.filesChanged', matchesField: 'constraints.blockedPaths' },
            ],
          },
        ],
      },
      {
        id: 'github-outside-repository',
        effect: 'deny',
        description: 'a changed file is outside the repository',
        match: { tool: 'github.pull_requests.create' },
        when: [
          {
            field: 'payload.filesChanged',
            matches: ['/**', '*:/**', '~*', '~*/**', '$*/**', '%*%/**'],
          },
        ],
      },
      {
        id: 'github-too-many-files',
        effect: 'deny',
        description: 'more files changed than agreed on, or more than 500',
        match: { tool: 'github.pull_requests.create' },
        when: [
          {
            any: [
              { field: 'payload.filesChanged', overSizeField: 'constraints.maxFilesChanged' },
              { field: 'payload.filesChanged', overSize: 500 },
            ],
          },
        ],
      },
      {
        id: 'github-tests-failed',
        effect: 'deny',
        description: 'the tests of this change are known to have failed',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'context.evidence.tests.passed', equals: false }],
      },
      {
        id: 'github-tests-required',
        effect: 'deny',
        description: 'passed tests were agreed on, and are not known',
        match: { tool: 'github.pull_requests.create' },
        when: [
          { field: 'constraints.requiresTests', equals: true },
          { not: { field: 'context.evidence.tests.passed', equals: true } },
          { not: { field: 'payload.testsPassed', equals: true } },
        ],
      },
      {
        id: 'github-untested',
        effect: 'step_up',
        description: 'tests are not known to have passed',
        match: { tool: 'github.pull_requests.create' },
        when: [
          { not: { field: 'context.evidence.tests.passed', equals: true } },
          { not: { field: 'payload.testsPassed', equals: true } },
        ],
      },
      {
        id: 'github-files-unknown',
        effect: 'step_up',
        description: 'the changed files are not known',
        match: { tool: 'github.pull_requests.create' },
        when: [
          {
            any: [
              { field: 'payload.filesChanged', present: false },
              { field: 'payload.filesChanged', maxSize: 0 },
            ],
          },
        ],
      },
      {
        id: 'github-large',
        effect: 'step_up',
        description: 'a change of more than 50 files',
        match: { tool: 'github.pull_requests.create' },
        when: [{ field: 'payload.filesChanged', overSize: 50 }],
      },
      {
        id: 'github-workflows',
        effect: 'step_up',
        description: 'the change touches what builds or guards the repository',
        match: { tool: 'github.pull_requests.create' },
        when: [
          {
            field: 'payload.filesChanged',
            matches: ['.github/**', '**/CODEOWNERS', '**/axtary.yml'],
          },
        ],
      },
      {
        id: 'github-production',
        effect: 'step_up',
        description: 'the change touches production',
        match: { tool: 'github.pull_requests.create' },
        when: [
          { field: 'payload.touchesProduction', present: true },
          { field: 'payload.touchesProduction', notEquals: false },
        ],
      },
      {
        id: 'github-pull-request',
        effect: 'allow',
        description: 'a tested pull request to a listed branch of a listed repository',
        match: { tool: 'github.pull_requests.create' },
        when: [
          { field: 'capability.resource', allMatchField: 'lists.githubRepositories' },
          { field: 'payload.base', allMatchField: 'lists.githubBaseBranches' },
          {
            any: [
              { field: 'context.evidence.tests.passed', equals: true },
              {
                all: [
                  { field: 'context.evidence.tests.passed', present: false },
                  { field: 'payload.testsPassed', equals: true },
                ],
              },
            ],
          },
        ],
        obligations: { requiresTests: true, passTtlSeconds: 600 },
      },
    ],
    lists: { githubRepositories: [], githubBaseBranches: [], githubBlockedPaths: [] },
  },
  slack: {
    rules: [
      {
        id: 'slack-channel',
        effect: 'deny',
        description: 'the channel is not on the list slackChannels',
        match: { tool: 'slack.chat.postMessage' },
        when: [{ not: { field: 'payload.channel', allInField: 'lists.slackChannels' } }],
      },
      {
        id: 'slack-external-recipient',
        effect: 'step_up',
        description: 'a recipient is not on the list slackColleagues',
        match: { tool: 'slack.chat.postMessage' },
        when: [
          { field: 'payload.recipients', present: true },
          { not: { field: 'payload.recipients', allMatchField: 'lists.slackColleagues' } },
        ],
      },
      {
        id: 'slack-external-named',
        effect: 'step_up',
        description: 'recipients outside the organization are named',
        match: { tool: 'slack.chat.postMessage' },
        when: [
          { field: 'payload.externalRecipients', present: true },
          { field: 'payload.externalRecipients', notEquals: false },
          { not: { field: 'payload.externalRecipients', maxSize: 0 } },
        ],
      },
      {
        id: 'slack-long',
        effect: 'step_up',
        description: 'a message of more than 4000 characters',
        match: { tool: 'slack.chat.postMessage' },
        when: [{ field: 'payload.text', overSize: 4000 }],
      },
      {
        id: 'slack-message',
        effect: 'allow',
        description: 'a message to a listed channel',
        match: { tool: 'slack.chat.postMessage' },
        when: [
          { field: 'payload.channel', allInField: 'lists.slackChannels' },
          { field: 'payload.text', maxSize: 4000 },
        ],
        obligations: { passTtlSeconds: 300 },
      },
    ],
    lists: { slackChannels: [], slackColleagues: [] },
  },
  linear: {
    rules: [
      {
        id: 'linear-project',
        effect: 'deny',
        description: 'the project is not on the list linearProjects',
        match: { tool: 'linear.issue.update' },
        when: [{ not: { field: 'payload.project', allInField: 'lists.linearProjects' } }],
      },
      {
        id: 'linear-assignee',
        effect: 'step_up',
        description: 'the assignee is not on the list linearAssignees',
        match: { tool: 'linear.issue.update' },
        when: [
          { field: 'payload.assignee', present: true },
          { not: { field: 'payload.assignee', allInField: 'lists.linearAssignees' } },
        ],
      },
      {
        id: 'linear-status',
        effect: 'step_up',
        description: 'the status is not on the list linearStatuses',
        match: { tool: 'linear.issue.update' },
        when: [
          { field: 'payload.status', present: true },
          { not: { field: 'payload.status', allInField: 'lists.linearStatuses' } },
        ],
      },
      {
        id: 'linear-fields',
        effect: 'step_up',
        description: 'a changed field is not on the list linearFields',
        match: { tool: 'linear.issue.update' },
        when: [
          { field: 'payload.fields', present: true },
          { not: { field: 'payload.fields', allInField: 'lists.linearFields' } },
        ],
      },
      {
        id: 'linear-listed-update',
        effect: 'allow',
        description: 'an update of an issue in a listed project',
        match: { tool: 'linear.issue.update' },
        when: [
          { field: 'payload.project', allInField: 'lists.linearProjects' },
          {
            any: [
              { field: 'payload.fields', present: false },
              { field: 'payload.fields', allInField: 'lists.linearFields' },
            ],
          },
        ],
        obligations: { passTtlSeconds: 300 },
      },
    ],
    lists: { linearProjects: [], linearAssignees: [], linearStatuses: [], linearFields: [] },
  },
  docs: {
    rules: [
      {
        id: 'docs-workspace',
        effect: 'deny',
        description: 'the workspace is not on the list docsWorkspaces',
        match: { tool: ['docs.search', 'docs.query'] },
        when: [{ not: { field: 'payload.workspace', allInField: 'lists.docsWorkspaces' } }],
      },
      {
        id: 'docs-class',
        effect: 'step_up',
        description: 'the document class is not on the list docsClasses',
        match: { tool: ['docs.search', 'docs.query'] },
        when: [{ not: { field: 'payload.documentClass', allInField: 'lists.docsClasses' } }],
        obligations: { maxRows: 20 },
      },
      {
        id: 'docs-read',
        effect: 'allow',
        description: 'at most 50 results out of listed workspaces and classes',
        match: { tool: ['docs.search', 'docs.query'] },
        when: [
          { field: 'payload.workspace', allInField: 'lists.docsWorkspaces' },
          { field: 'payload.documentClass', allInField: 'lists.docsClasses' },
        ],
        obligations: { maxRows: 50 },
      },
    ],
    lists: { docsWorkspaces: [], docsClasses: [] },
  },
  'paid-api': {
    rules: [
      {
        id: 'paid-api-reservation',
        effect: 'deny',
        description: 'nothing is paid without a reservation',
        match: { tool: 'paid_api.call' },
        when: [{ not: { field: 'payload.reservationId', overSize: 0 } }],
      },
      {
        id: 'paid-api-amount',
        effect: 'deny',
        description: 'the amount is no positive whole number of minor units',
        match: { tool: 'paid_api.call' },
        when: [{ not: { field: 'payload.amountMinor', min: 1 } }],
      },
      {
        id: 'paid-api-currency',
        effect: 'deny',
        description: 'the currency is not on the list paidCurrencies',
        match: { tool: 'paid_api.call' },
        when: [{ not: { field: 'payload.currency', allInField: 'lists.paidCurrencies' } }],
      },
      {
        id: 'paid-api-over-agreed',
        effect: 'deny',
        description: 'the amount is over the one agreed on',
        match: { tool: 'paid_api.call' },
        when: [{ field: 'payload.amountMinor', overField: 'constraints.maxAmountMinor' }],
      },
      {
        id: 'paid-api-over-cap',
        effect: 'deny',
        description: 'one call over 100,000 minor units',
        match: { tool: 'paid_api.call' },
        when: [{ field: 'payload.amountMinor', over: 100000 }],
      },
      {
        id: 'paid-api-unlisted',
        effect: 'step_up',
        description: 'the API is not on the list paidApis',
        match: { tool: 'paid_api.call' },
        when: [{ not: { field: 'capability.resource', allMatchField: 'lists.paidApis' } }],
        obligations: {
          budgets: [
            { field: 'payload.amountMinor', max: 200000, windowSeconds: 86400, per: ['tenant'] },
          ],
        },
      },
      {
        id: 'paid-api-large',
        effect: 'step_up',
        description: 'an amount over 1,000 minor units needs an approval',
        match: { tool: 'paid_api.call' },
        when: [{ field: 'payload.amountMinor', over: 1000 }],
        obligations: {
          budgets: [
            { field: 'payload.amountMinor', max: 200000, windowSeconds: 86400, per: ['tenant'] },
          ],
        },
      },
      {
        id: 'paid-api-call',
        effect: 'allow',
        description: 'a small amount for a listed API, within the budgets of a task and a day',
        match: { tool: 'paid_api.call' },
        when: [
          { field: 'capability.resource', allMatchField: 'lists.paidApis' },
          { field: 'payload.currency', allInField: 'lists.paidCurrencies' },
          { field: 'payload.amountMinor', min: 1 },
          { field: 'payload.amountMinor', max: 1000 },
        ],
        obligations: {
          budgets: [
            {
              field: 'payload.amountMinor',
              max: 2000,
              windowSeconds: 86400,
              per: ['tenant', 'task'],
            },
            { field: 'payload.amountMinor', max: 20000, windowSeconds: 86400, per: ['tenant'] },
          ],
          rates: [{ max: 60, windowSeconds: 3600, per: ['agent'] }],
          passTtlSeconds: 120,
        },
      },
    ],
    lists: { paidApis: [], paidCurrencies: [] },
  },
  'shell-and-files': {
    rules: [
      {
        id: 'shell-and-files-secrets',
        effect: 'deny',
        description: 'secrets are neither read nor written by agents',
        match: { tool: 'mcp.tool.call' },
        when: [
          {
            field: 'context.paths',
            matches: [
              '**/.env*',
              '**/.env/**',
              '**/.env.d/**',
              '**/.git',
              '**/.git/**',
              '**/.ssh/**',
              '**/.aws/**',
              '**/.netrc',
              '**/id_rsa*',
              '**/id_ed25519*',
              '**/*.pem',
            ],
          },
        ],
      },
      {
        id: 'shell-and-files-outside',
        effect: 'deny',
        description: 'a path is outside the workspace',
        match: { tool: 'mcp.tool.call' },
        when: [
          { field: 'context.paths', matches: ['/**', '*:/**', '~*', '~*/**', '$*/**', '%*%/**'] },
        ],
      },
      {
        id: 'shell-and-files-guards',
        effect: 'deny',
        description: 'agents do not change the files that guard or configure them',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/write_*',
            'mcp:*/edit_*',
            'mcp:*/move_*',
            'mcp:*/create_*',
            'mcp:*/delete_*',
          ],
        },
        when: [
          {
            field: 'context.paths',
            matches: [
              '**/axtary.yml',
              '**/.mcp.json',
              '**/.vscode',
              '**/.vscode/**',
              '**/.github/hooks',
              '**/.github/hooks/**',
              '**/.claude',
              '**/.claude/**',
              '**/.cursor',
              '**/.cursor/**',
              '**/.codex',
              '**/.codex/**',
              '**/.gemini',
              '**/.gemini/**',
            ],
          },
        ],
      },
      {
        id: 'shell-and-files-write',
        effect: 'step_up',
        description:
          'a file that is not on the list writablePaths is written with an approval only',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/write_*',
            'mcp:*/edit_*',
            'mcp:*/move_*',
            'mcp:*/create_*',
            'mcp:*/delete_*',
          ],
        },
        when: [{ not: { field: 'context.paths', allMatchField: 'lists.writablePaths' } }],
        obligations: { maxFilesChanged: 50 },
      },
      {
        id: 'shell-and-files-delete',
        effect: 'step_up',
        description: 'deleting needs an approval, whatever the list writablePaths says',
        match: { tool: 'mcp.tool.call', resource: 'mcp:*/delete_*' },
      },
      {
        id: 'shell-and-files-write-listed',
        effect: 'allow',
        description: 'writing files on the list writablePaths',
        match: {
          tool: 'mcp.tool.call',
          resource: ['mcp:*/write_*', 'mcp:*/edit_*', 'mcp:*/move_*', 'mcp:*/create_*'],
        },
        when: [{ field: 'context.paths', allMatchField: 'lists.writablePaths' }],
        obligations: { maxFilesChanged: 10, passTtlSeconds: 120 },
      },
      {
        id: 'shell-and-files-read',
        effect: 'allow',
        description: 'reading files inside the workspace',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/read_file',
            'mcp:*/read_text_file',
            'mcp:*/read_media_file',
            'mcp:*/read_multiple_files',
            'mcp:*/list_directory',
            'mcp:*/list_directory_with_sizes',
            'mcp:*/directory_tree',
            'mcp:*/search_files',
            'mcp:*/get_file_info',
          ],
        },
        when: [{ field: 'context.paths', present: true }],
      },
      {
        id: 'shell-and-files-command',
        effect: 'step_up',
        description: 'a command needs an approval of its exact text',
        match: {
          tool: 'mcp.tool.call',
          resource: [
            'mcp:*/run_command',
            'mcp:*/execute_command',
            'mcp:*/run_terminal_command',
            'mcp:*/bash',
            'mcp:*/shell',
          ],
        },
        obligations: { passTtlSeconds: 120 },
      },
    ],
    lists: { writablePaths: [] },
  },
  mcp: {
    rules: [
      {
        id: 'mcp-server-identity',
        effect: 'deny',
        description: 'the server is not one of the list mcpServerIdentities',
        match: { tool: 'mcp.tool.call' },
        when: [
          { not: { field: 'context.mcp.serverIdentity', allInField: 'lists.mcpServerIdentities' } },
        ],
      },
      {
        id: 'mcp-protocol-version',
        effect: 'deny',
        description: 'the protocol version is not on the list mcpProtocolVersions',
        match: { tool: 'mcp.tool.call' },
        when: [
          {
            not: { field: 'context.mcp.protocolVersion', allInField: 'lists.mcpProtocolVersions' },
          },
        ],
      },
      {
        id: 'mcp-definition',
        effect: 'step_up',
        description: "the tool's definition is not on the list mcpDefinitions",
        match: { tool: 'mcp.tool.call' },
        when: [
          { not: { field: 'context.mcp.definitionHash', allInField: 'lists.mcpDefinitions' } },
        ],
      },
      {
        id: 'mcp-unlisted-tool',
        effect: 'step_up',
        description: 'the tool is not on the list mcpTools',
        match: { tool: 'mcp.tool.call' },
        when: [{ not: { field: 'capability.resource', allMatchField: 'lists.mcpTools' } }],
      },
      {
        id: 'mcp-listed-tool',
        effect: 'allow',
        description: 'a listed tool with a listed definition',
        match: { tool: 'mcp.tool.call' },
        when: [
          { field: 'capability.resource', allMatchField: 'lists.mcpTools' },
          { field: 'context.mcp.serverIdentity', allInField: 'lists.mcpServerIdentities' },
          { field: 'context.mcp.definitionHash', allInField: 'lists.mcpDefinitions' },
        ],
      },
    ],
    lists: { mcpServerIdentities: [], mcpProtocolVersions: [], mcpDefinitions: [], mcpTools: [] },
  },
};
