import assert from 'node:assert/strict';

import { parsePolicy, type PolicyIssue } from '@axtary/policy';
import fc from 'fast-check';

import { MALFORMED_BUDGETS } from './malformed-budgets.js';
import { MALFORMED_LANGUAGE } from './malformed-language.js';
import { MALFORMED_YAML } from './malformed-yaml.js';
import { condition, MALFORMED, rule, servers } from './malformed.js';

describe('parsePolicy', () => {
  for (const [name, { text, code, at, message = /^/ }] of Object.entries({
    ...MALFORMED,
    ...MALFORMED_LANGUAGE,
    ...MALFORMED_BUDGETS,
    ...MALFORMED_YAML,
  })) {
    it(`refuses ${name}, and says where`, () => {
      const { policy, issues } = parsePolicy(text);
      assert.equal(policy, undefined);
      const [first] = issues;
      assert.ok(first);
      assert.deepEqual(summary(first, text), { code, severity: 'error', at });
      assert.match(first.message, message);
      assert.match(first.message, /^[a-z"]/);
      assert.equal(issues.length, 1, issues.map((issue) => issue.message).join('; '));
    });
  }

  it('throws for no text at all', () => {
    const piece = fc.constantFrom(
      ...['version: 1', '\n', '  ', '- ', ': ', '[', ']', '{', '}', '? ', '&a ', '*a', '!t '],
      ...['"', "'", '|', '>', '#', '%', '---', '...', '\t', 'policies:', 'id: a', '\r', '\\', '\0'],
      ...['when:', 'match:', 'servers:', '<<: ', '__proto__: ', ',', '\ud800', '1', '.nan', '~'],
    );
    const text = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
    const check = fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (given) => {
      const { policy, issues } = parsePolicy(given);
      assert.equal(
        policy === undefined,
        issues.some(({ severity }) => severity === 'error'),
      );
      for (const { range } of issues) assert.ok(isInside(range, given));
    });
    fc.assert(check, { numRuns: 3000 });
  });

  it('counts lines and columns in UTF-16 units, whatever the line ends', () => {
    const text = 'version: 1\r\npreset: none\nservers:\n  ü𝒳: { command: a }';
    const [issue] = parsePolicy(text).issues;
    assert.deepEqual(issue?.range, {
      start: { line: 3, column: 2 },
      end: { line: 3, column: 5 },
    });
  });

  it('reports all that is wrong, up to 100 issues', () => {
    const { issues } = parsePolicy(rule('    colour: red', '    size: 5').replace('deny', 'ask'));
    assert.deepEqual(issues.map(({ code }) => code).sort(), [
      'invalid-value',
      'unknown-key',
      'unknown-key',
    ]);
    const many = Array.from({ length: 300 }, (_, index) => `k${index}: 1`).join('\n');
    assert.equal(parsePolicy(many).issues.length, 100);
  });

  it('gives the path to what is wrong', () => {
    const [issue] = parsePolicy(condition('{ field: payload.a, equal: 1 }')).issues;
    assert.deepEqual(issue?.path, ['policies', 0, 'when', 0, 'equal']);
  });

  it('warns where nothing is allowed', () => {
    const { policy, issues } = parsePolicy('version: 1\npreset: none');
    assert.ok(policy);
    const [issue] = issues;
    assert.equal(issues.length, 1);
    assert.deepEqual([issue?.code, issue?.severity], ['no-rules', 'warning']);
    assert.deepEqual(issue?.range.start, { line: 1, column: 8 });
  });

  it('never repeats the value of a header or of the environment', () => {
    const secret = 'sk-live-0123456789';
    const texts = [
      servers(`files: { url: "https://a", headers: { Authorization: "${secret}\\n" } }`),
      servers(`files: { command: a, env: { TOKEN: ["${secret}"] } }`),
      servers(`files: { url: "https://user:${secret}@a" }`),
      servers(`files: { command: a, env: { TOKEN: "${secret} } }`),
    ];
    for (const text of texts) {
      const { issues } = parsePolicy(text);
      assert.ok(issues.length > 0);
      assert.ok(!JSON.stringify(issues).includes(secret));
    }
  });
});

describe('a parsed policy', () => {
  const text = [
    '# for this workspace',
    'version: 1',
    'preset: none',
    'tenant: org:example',
    'human: user:dev@example.com',
    'servers:',
    '  filesystem: { command: npx, args: [-y, server], env: { DEBUG: "1" }, cwd: . }',
    '  constructor: { url: http://127.0.0.1:8080/mcp, headers: { X-Team: a } }',
    'policies:',
    '  - id: reads',
    '    effect: allow',
    '    description: looking is free',
    '    match: { tool: mcp.tool.call, resource: ["mcp:filesystem/read_*"] }',
    '    when:',
    '      - { field: context.paths, notMatches: ["**/.env*"] }',
    '    obligations: { passTtlSeconds: 300 }',
  ].join('\n');

  it('keeps its name, its text, and what the file says', () => {
    const { policy, issues } = parsePolicy(text, 'team.yml');
    assert.deepEqual(issues, []);
    assert.equal(policy?.name, 'team.yml');
    assert.equal(policy.text, text);
    assert.equal(policy.tenant, 'org:example');
    assert.equal(policy.human, 'user:dev@example.com');
    assert.deepEqual(
      policy.rules.map(({ rule: { id }, origin }) => [id, origin]),
      [['reads', 'file']],
    );
  });

  it('has servers by name, also by the name of an inherited property', () => {
    const servers = parsePolicy(text).policy?.servers;
    assert.deepEqual(servers?.get('filesystem'), {
      transport: 'stdio',
      command: 'npx',
      args: ['-y', 'server'],
      env: { DEBUG: '1' },
      cwd: '.',
    });
    assert.deepEqual(servers.get('constructor'), {
      transport: 'http',
      url: 'http://127.0.0.1:8080/mcp',
      headers: { 'X-Team': 'a' },
    });
    assert.equal(servers.get('toString'), undefined);
  });

  it('accepts https, and http on loopback only', () => {
    const good = [
      'https://a.example/mcp?x=1',
      'http://localhost:1/x',
      'http://[::1]',
      'http://127.0.0.9/',
    ];
    const bad = [
      'https://',
      'ftp://a',
      'http://127.0.0.1.a',
      'http://localhost@a',
      'https://a@b',
      'a',
    ];
    const accepts = (url: string) =>
      parsePolicy(servers(`s: { url: "${url}" }`)).policy !== undefined;
    for (const url of good) assert.ok(accepts(url), url);
    for (const url of bad) assert.ok(!accepts(url), url);
  });
});

function summary({ code, severity, range }: PolicyIssue, text: string) {
  const line = text.split(/\r\n?|\n/)[range.start.line] ?? '';
  const isOneLine = range.end.line === range.start.line;
  const covered = line.slice(range.start.column, isOneLine ? range.end.column : undefined);
  return { code, severity, at: [range.start.line, covered] };
}

function isInside({ start, end }: PolicyIssue['range'], text: string): boolean {
  const lines = text.split(/\r\n?|\n/);
  const fits = ({ line, column }: typeof start) => column <= (lines[line]?.length ?? -1) + 2;
  const isOrdered =
    end.line > start.line || (end.line === start.line && end.column >= start.column);
  return fits(start) && fits(end) && isOrdered;
}
