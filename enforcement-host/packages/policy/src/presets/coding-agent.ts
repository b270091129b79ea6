import type { PolicyRule } from '../document.js';

const PULL_REQUEST = 'github.pull_requests.create';
const MCP = 'mcp.tool.call';

// Holding credentials, or the history that may: neither read nor written.
const SECRETS = [
  '**/.env*',
  '**/.env*/**',
  '**/.git',
  '**/.git/**',
  '**/.ssh/**',
  '**/.aws/**',
  '**/.netrc',
  '**/id_rsa*',
  '**/id_ed25519*',
  '**/*.pem',
];

// What guards or steers the agent itself. Editing them is a way out, so no approval opens it.
const GUARDS = [
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
];

// Absolute POSIX paths, Windows drives, and the home directory that some servers expand.
const OUTSIDE = ['/**', '*:/**', '~', '~/**'];

const FILE_READERS = [
  'mcp:*/read_file',
  'mcp:*/read_text_file',
  'mcp:*/read_media_file',
  'mcp:*/read_multiple_files',
  'mcp:*/list_directory',
  'mcp:*/list_directory_with_sizes',
  'mcp:*/directory_tree',
  'mcp:*/search_files',
  'mcp:*/get_file_info',
];
const HARMLESS = ['mcp:*/list_allowed_directories', 'mcp:*/echo'];
const WRITERS = [
  'mcp:*/write_*',
  'mcp:*/edit_*',
  'mcp:*/move_*',
  'mcp:*/create_*',
  'mcp:*/delete_*',
];

const PULL_REQUEST_RULES: readonly PolicyRule[] = [
  {
    id: 'pr-blocked-path',
    effect: 'deny',
    description: 'a changed file is on a blocked path',
    match: { tool: PULL_REQUEST },
    when: [{ field: 'payload.filesChanged', matchesField: 'constraints.blockedPaths' }],
  },
  {
    id: 'pr-other-base',
    effect: 'deny',
    description: 'the base branch is not the one agreed on',
    match: { tool: PULL_REQUEST },
    when: [{ field: 'payload.base', notEqualsField: 'constraints.baseBranch' }],
  },
  {
    id: 'pr-too-many-files',
    effect: 'deny',
    description: 'more files changed than agreed on',
    match: { tool: PULL_REQUEST },
    when: [{ field: 'payload.filesChanged', overSizeField: 'constraints.maxFilesChanged' }],
  },
  {
    id: 'pr-files-unknown',
    effect: 'step_up',
    description: 'the changed files are not known',
    match: { tool: PULL_REQUEST },
    when: [{ field: 'payload.filesChanged', present: false }],
  },
  {
    id: 'pr-untested',
    effect: 'step_up',
    description: 'tests are not known to have passed',
    match: { tool: PULL_REQUEST },
    when: [{ field: 'payload.testsPassed', notEquals: true }],
  },
  {
    id: 'pr-touches-production',
    effect: 'step_up',
    description: 'the change touches production',
    match: { tool: PULL_REQUEST },
    when: [{ field: 'payload.touchesProduction', equals: true }],
  },
  {
    id: 'pr-open',
    effect: 'allow',
    description: 'a tested pull request within its constraints',
    match: { tool: PULL_REQUEST },
  },
];

const MCP_RULES: readonly PolicyRule[] = [
  {
    id: 'mcp-secrets',
    effect: 'deny',
    description: 'secrets are neither read nor written by agents',
    match: { tool: MCP },
    when: [{ field: 'context.paths', matches: SECRETS }],
  },
  {
    id: 'mcp-outside-workspace',
    effect: 'deny',
    description: 'a path is outside the workspace',
    match: { tool: MCP },
    when: [{ field: 'context.paths', matches: OUTSIDE }],
  },
  {
    id: 'mcp-guard-files',
    effect: 'deny',
    description: 'agents do not change the files that guard or configure them',
    match: { tool: MCP, resource: WRITERS },
    when: [{ field: 'context.paths', matches: GUARDS }],
  },
  {
    id: 'mcp-write',
    effect: 'step_up',
    description: 'writing needs an approval of the exact content',
    match: { tool: MCP, resource: WRITERS },
  },
  {
    id: 'mcp-read-files',
    effect: 'allow',
    description: 'reading files inside the workspace',
    match: { tool: MCP, resource: FILE_READERS },
    when: [{ field: 'context.paths', present: true }],
  },
  {
    id: 'mcp-harmless',
    effect: 'allow',
    description: 'a tool that touches no file',
    match: { tool: MCP, resource: HARMLESS },
  },
];

const MESSAGE_RULES: readonly PolicyRule[] = [
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
];

/** The rules of the preset `coding-agent`; the same as in `policies/coding-agent.yml`. */
export const CODING_AGENT_RULES: readonly PolicyRule[] = [
  ...PULL_REQUEST_RULES,
  ...MCP_RULES,
  ...MESSAGE_RULES,
];
