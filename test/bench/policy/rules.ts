import type { Condition, PolicyRule } from '@axtary/policy';

const MCP = 'mcp.tool.call';
const PULL_REQUEST = 'github.pull_requests.create';
const SLACK = 'slack.chat.postMessage';
const LINEAR = 'linear.issue.update';
const PAID = 'paid_api.call';
const WRITERS = ['mcp:*/write_*', 'mcp:*/edit_*'];
const READERS = ['read_text_file', 'list_directory', 'search_files', 'get_file_info'];

/** 20 rules of the kinds that every engine here can be given. */
export const TWENTY: readonly PolicyRule[] = [
  rule('deny', 'secrets', {
    tool: MCP,
    when: { field: 'context.paths', matches: ['**/.env*', '**/.git/**', '**/*.pem'] },
  }),
  rule('deny', 'outside', {
    tool: MCP,
    when: { field: 'context.paths', matches: ['/**', '~/**'] },
  }),
  rule('deny', 'guards', {
    tool: MCP,
    resource: WRITERS,
    when: { field: 'context.paths', matches: ['**/axtary.yml', '**/.vscode/**'] },
  }),
  rule('step_up', 'write', { tool: MCP, resource: WRITERS }),
  rule('step_up', 'much', {
    tool: MCP,
    resource: 'mcp:files/read_text_file',
    when: { field: 'payload.arguments.head', over: 1000 },
  }),
  rule('allow', 'read', {
    tool: MCP,
    resource: READERS.map((name) => `mcp:files/${name}`),
    when: { field: 'context.paths', present: true },
  }),
  rule('allow', 'echo', { tool: MCP, resource: 'mcp:everything/echo' }),
  rule('deny', 'base', {
    tool: PULL_REQUEST,
    when: { field: 'payload.base', notIn: ['main', 'release'] },
  }),
  rule('deny', 'large', {
    tool: PULL_REQUEST,
    when: { field: 'payload.filesChanged', overSize: 12 },
  }),
  rule('deny', 'blocked', {
    tool: PULL_REQUEST,
    when: { field: 'payload.filesChanged', matches: ['infra/prod/**', '.env*'] },
  }),
  rule('step_up', 'untested', {
    tool: PULL_REQUEST,
    when: { field: 'payload.testsPassed', notEquals: true },
  }),
  rule('step_up', 'production', {
    tool: PULL_REQUEST,
    when: { field: 'payload.touchesProduction', equals: true },
  }),
  rule('allow', 'open', { tool: PULL_REQUEST }),
  rule('deny', 'channel', {
    tool: SLACK,
    when: { field: 'payload.channel', notIn: ['C01', 'C02', 'C03'] },
  }),
  rule('step_up', 'external', { tool: SLACK, when: { field: 'payload.external', over: 0 } }),
  rule('allow', 'post', { tool: SLACK }),
  rule('deny', 'project', {
    tool: LINEAR,
    when: { field: 'payload.project', notIn: ['web', 'app'] },
  }),
  rule('allow', 'status', {
    tool: LINEAR,
    when: { field: 'payload.status', in: ['doing', 'review'] },
  }),
  rule('step_up', 'costly', { tool: PAID, when: { field: 'payload.amountMinor', over: 1000 } }),
  rule('allow', 'paid', { tool: PAID, when: { field: 'payload.currency', in: ['EUR', 'USD'] } }),
];

/**
 * So many rules: the 20, and others of the same kinds. Of these a third are about other tools, a
 * third about the MCP tools of other servers by name, and a third by a glob of a server's tools.
 */
export function rulesOf(count: number): readonly PolicyRule[] {
  const others = Array.from({ length: count - TWENTY.length }, (_, at): PolicyRule => {
    const like = TWENTY[at % TWENTY.length];
    if (like === undefined) throw new TypeError('expected a rule to do like');
    const match = [
      { tool: `service${at}.call` },
      { tool: MCP, resource: `mcp:server${at}/read_text_file` },
      { tool: MCP, resource: `mcp:server${at}/*` },
    ][at % 3];
    return { ...like, id: `${like.id}-${at}`, match: match ?? like.match };
  });
  return [...TWENTY, ...others];
}

/**
 * So many rules that need no more than equality and order, two for each tool: what the SDK of
 * Microsoft can express.
 */
export function flatRules(count: number): readonly PolicyRule[] {
  return Array.from({ length: count / 2 }, (_, at) => `service${at}.call`).flatMap((tool, at) => [
    rule('allow', `use-${at}`, { tool, when: { field: 'payload.amount', max: 500 } }),
    rule('deny', `away-${at}`, { tool, when: { field: 'payload.region', equals: 'elsewhere' } }),
  ]);
}

/** So many rules, each about one tool and nothing else. */
export function nameRules(count: number): readonly PolicyRule[] {
  return Array.from({ length: count }, (_, at) =>
    rule(at % 3 === 0 ? 'deny' : 'allow', `name-${at}`, { tool: `service${at}.call` }),
  );
}

type About = PolicyRule['match'] & { readonly when?: Condition };

function rule(effect: PolicyRule['effect'], id: string, { when, ...match }: About): PolicyRule {
  return { id, effect, match, ...(when && { when: [when] }) };
}
