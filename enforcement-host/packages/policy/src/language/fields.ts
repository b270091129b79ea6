import { knownNames } from '../field.js';
import type { PolicyEnvironment } from './environment.js';
import type { KeyDoc } from './docs.js';

/** Tools that adapters normalise, with what their payloads and constraints hold. */
const TOOL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'github.pull_requests.create': [
    'payload.title',
    'payload.body',
    'payload.base',
    'payload.head',
    'payload.filesChanged',
    'payload.testsPassed',
    'payload.touchesProduction',
    'constraints.baseBranch',
    'constraints.maxFilesChanged',
    'constraints.blockedPaths',
    'constraints.requiresTests',
  ],
  'slack.chat.postMessage': [
    'payload.channel',
    'payload.text',
    'payload.recipients',
    'payload.externalRecipients',
  ],
  'linear.issue.update': [
    'payload.issue',
    'payload.project',
    'payload.assignee',
    'payload.status',
    'payload.fields',
  ],
  'docs.search': ['payload.query', 'payload.workspace', 'payload.documentClass', 'payload.limit'],
  'docs.query': ['payload.query', 'payload.workspace', 'payload.documentClass', 'payload.limit'],
  'paid_api.call': [
    'payload.amountMinor',
    'payload.currency',
    'payload.reservationId',
    'constraints.maxAmountMinor',
  ],
  'mcp.tool.call': ['payload.server', 'payload.name', 'payload.arguments'],
};

/** Tools that every enforcement host knows. */
export const BUILT_IN_TOOLS: readonly string[] = Object.keys(TOOL_FIELDS);

const FIELD_DOCS: Readonly<Record<string, KeyDoc>> = {
  'actor.agent': { text: 'The agent that acts.', example: 'agent:codex-prod' },
  'actor.human': { text: 'The human whose agent acts.', example: 'user:dev@example.com' },
  'actor.tenant': { text: 'The organisation.', example: 'org:example' },
  'actor.runtime': { text: 'The program that the agent runs in.', example: 'codex-cli' },
  'intent.task': { text: 'The task that the agent is given.', example: 'AXT-418' },
  'intent.summary': { text: 'What the agent says it is about.', example: 'fix the invoice' },
  'intent.request': {
    text: "The human's own words, recorded from the chat or prompt hook, never from a tool's output.",
    example: 'pay invoice 1042 to ACME',
  },
  'capability.tool': { text: 'The tool that is called.', example: 'mcp.tool.call' },
  'capability.resource': {
    text: 'What the call is about.',
    example: 'mcp:filesystem/write_file',
  },
  'context.source': {
    text: 'Where the call came in: mcp, hook, http, sdk or demo.',
    example: 'mcp',
  },
  'context.workspace': { text: 'The workspace of the call.', example: '/home/dev/web-app' },
  'context.session': { text: "The agent's session.", example: 'session-7' },
  'context.paths': {
    text: 'Files that the call touches: relative to the workspace where inside it, else absolute. Found out by the enforcement host; only one spelling reaches a rule.',
    example: 'src/billing/invoice.ts',
  },
  'context.verified': {
    text: 'Which facts the enforcement host established itself.',
    example: 'paths',
  },
  'context.mcp.server': { text: 'The MCP server behind the call.', example: 'filesystem' },
  'context.mcp.serverIdentity': {
    text: 'Digest of the command line or address that reaches the server.',
    example: 'sha256:…',
  },
  'context.mcp.protocolVersion': { text: 'Revision of MCP in use.', example: '2025-11-25' },
  'context.mcp.definitionHash': {
    text: "Digest of the tool's definition as it is served now.",
    example: 'sha256:…',
  },
  'context.evidence.tests.passed': {
    text: 'Whether the tests of the change passed, as a check run or command says.',
    example: 'true',
  },
  'payload.filesChanged': {
    text: 'Files of a change, as the agent names them; only one spelling reaches a rule.',
    example: 'src/billing/invoice.ts',
  },
  'payload.amountMinor': { text: 'Money in minor units: 1250 is 12.50.', example: '1250' },
  'payload.server': { text: 'The MCP server that is called.', example: 'filesystem' },
  'payload.name': { text: 'The MCP tool that is called.', example: 'write_file' },
  'payload.arguments': {
    text: 'Arguments of an MCP call; name one of them behind a dot.',
    example: 'payload.arguments.recipient',
  },
};

const ROOT_DOCS: Readonly<Record<string, string>> = {
  actor: 'Who acts, and for whom; established by the enforcement host.',
  intent: 'What the agent is asked to do.',
  capability: 'The one thing to be done.',
  payload: 'Comes with the call, as the agent sent it: hostile until a condition says otherwise.',
  constraints: 'Bounds that came with the task, beside the payload.',
  context: 'Facts around the call.',
  lists: 'A list of this file, or of its preset or packs.',
};

/** Where a field comes from, and a value that it may have. */
export function fieldDoc(field: string): KeyDoc | undefined {
  if (Object.hasOwn(FIELD_DOCS, field)) return FIELD_DOCS[field];
  const root = field.split('.', 1)[0] ?? '';
  const text = Object.hasOwn(ROOT_DOCS, root) ? ROOT_DOCS[root] : undefined;
  return text === undefined ? undefined : { text, example: field };
}

/** Fields that an action of one of these tools may have; of any tool where none is named. */
export function fieldsFor(
  tools: readonly string[],
  { samples = {} }: PolicyEnvironment,
): readonly string[] {
  const tables = [samples, TOOL_FIELDS];
  const own = tables.flatMap((table) => tools.flatMap((tool) => entryOf(table, tool)));
  const payload = own.length > 0 ? own : tables.flatMap((table) => Object.values(table).flat());
  return [...new Set([...payload, ...SHAPED])];
}

function entryOf(
  table: Readonly<Record<string, readonly string[]>>,
  tool: string,
): readonly string[] {
  return (Object.hasOwn(table, tool) ? table[tool] : undefined) ?? [];
}

// Fields of the parts of an action whose shape is fixed.
const SHAPED: readonly string[] = [
  ...['actor', 'intent', 'capability', 'context', 'context.mcp'].flatMap((root) =>
    (knownNames(root) ?? []).map((name) => `${root}.${name}`),
  ),
  'context.evidence.tests.passed',
].filter((field) => Object.hasOwn(FIELD_DOCS, field));
