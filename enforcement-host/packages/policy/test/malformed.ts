import type { PolicyIssueCode } from '@axtary/policy';

const RULE = [
  'version: 1',
  'policies:',
  '  - id: no-secrets',
  '    effect: deny',
  '    match: { tool: mcp.tool.call }',
];
export const rule = (...lines: string[]): string => [...RULE, ...lines].join('\n');
export const condition = (text: string, ...others: string[]): string =>
  rule('    when:', `      - ${text}`, ...others);
export const servers = (text: string): string => ['version: 1', 'servers:', `  ${text}`].join('\n');

export interface Malformed {
  readonly text: string;
  readonly code: PolicyIssueCode;
  /** The text that the range covers, on this zero-based line. */
  readonly at: readonly [line: number, covered: string];
  readonly message?: RegExp;
}

// One error each, at the place where its author has to change something.
export const MALFORMED: Readonly<Record<string, Malformed>> = {
  'an empty file': { text: '', code: 'invalid-value', at: [0, ''], message: /a mapping/ },
  'a text': { text: 'allow everything', code: 'invalid-value', at: [0, 'allow everything'] },
  'a list': { text: '- a', code: 'invalid-value', at: [0, '- a'] },
  'no version': {
    text: 'preset: none',
    code: 'missing-key',
    at: [0, 'preset'],
    message: /"version"/,
  },
  'another version': {
    text: 'version: 2',
    code: 'invalid-value',
    at: [0, '2'],
    message: /expected 1/,
  },
  'a version in quotes': { text: 'version: "1"', code: 'invalid-value', at: [0, '"1"'] },
  'an unknown preset': {
    text: 'version: 1\npreset: yolo',
    code: 'invalid-value',
    at: [1, 'yolo'],
    message: /"coding-agent" or .* or "none"/,
  },
  'an unknown key': {
    text: 'version: 1\npolices: []',
    code: 'unknown-key',
    at: [1, 'polices'],
    message: /"polices": expected "policies"/,
  },
  'a key like none': {
    text: 'version: 1\nzzzzzz: 1',
    code: 'unknown-key',
    at: [1, 'zzzzzz'],
    message: /one of version, preset/,
  },
  'a key too long to guess at': {
    text: `version: 1\n${'policies'.repeat(9)}: []`,
    code: 'unknown-key',
    at: [1, 'policies'.repeat(9)],
    message: /one of version/,
  },
  'an empty description': {
    text: rule('    description: ""'),
    code: 'invalid-value',
    at: [5, '""'],
    message: /at least 1 characters/,
  },
  'a tenant without its prefix': {
    text: 'version: 1\ntenant: example',
    code: 'invalid-value',
    at: [1, 'example'],
    message: /expected a text that starts with "org:"/,
  },
  'policies that are no list': {
    text: 'version: 1\npolicies: {}',
    code: 'invalid-value',
    at: [1, '{}'],
    message: /a list/,
  },
  'policies left empty': {
    text: 'version: 1\npolicies:',
    code: 'invalid-value',
    at: [1, 'policies'],
  },
  'a rule without effect': {
    text: 'version: 1\npolicies:\n  - id: a\n    match: { tool: x }',
    code: 'missing-key',
    at: [2, 'id'],
    message: /"effect"/,
  },
  'an unknown effect': {
    text: rule().replace('deny', 'ask'),
    code: 'invalid-value',
    at: [3, 'ask'],
    message: /"allow" or "deny" or "step_up"/,
  },
  'an id not in kebab case': {
    text: rule().replace('no-secrets', 'No_Secrets'),
    code: 'invalid-value',
    at: [2, 'No_Secrets'],
    message: /kebab-case/,
  },
  'a reserved id': {
    text: rule().replace('no-secrets', 'default-deny'),
    code: 'invalid-value',
    at: [2, 'default-deny'],
    message: /reserved/,
  },
  'an id used twice': {
    text: rule('  - id: no-secrets', '    effect: allow', '    match: { tool: a }'),
    code: 'duplicate-id',
    at: [5, 'no-secrets'],
  },
  "the id of a preset's rule": {
    text: rule().replace('no-secrets', 'mcp-secrets'),
    code: 'duplicate-id',
    at: [2, 'mcp-secrets'],
  },
  'a match about nothing': {
    text: rule().replace('tool:', 'agent:'),
    code: 'missing-key',
    at: [4, '{ agent: mcp.tool.call }'],
    message: /"tool" or "resource"/,
  },
  'an unknown match': {
    text: rule().replace('tool:', 'tol:').replace('}', ', tool: a }'),
    code: 'unknown-key',
    at: [4, 'tol'],
    message: /"tool"/,
  },
  'a bad glob': {
    text: rule().replace('mcp.tool.call', '"mcp[.]*"'),
    code: 'bad-glob',
    at: [4, '"mcp[.]*"'],
    message: /"\[" has no meaning/,
  },
  'a bad glob in a list': {
    text: rule().replace('mcp.tool.call', '[ok, "a**"]'),
    code: 'bad-glob',
    at: [4, '"a**"'],
  },
  'a number for a glob': {
    text: rule().replace('mcp.tool.call', '5'),
    code: 'invalid-value',
    at: [4, '5'],
    message: /a text or a list/,
  },
  'a number in a list of globs': {
    text: rule().replace('mcp.tool.call', '[ok, 5]'),
    code: 'invalid-value',
    at: [4, '5'],
    message: /a text/,
  },
  'an empty list of globs': {
    text: rule().replace('mcp.tool.call', '[]'),
    code: 'invalid-value',
    at: [4, '[]'],
    message: /at least 1 elements/,
  },
  'a catastrophic glob': {
    text: rule().replace('mcp.tool.call', '"**/**/**/**/x"'),
    code: 'bad-glob',
    at: [4, '"**/**/**/**/x"'],
  },
  'an endless glob': {
    text: rule().replace('mcp.tool.call', `"${'a*'.repeat(300)}"`),
    code: 'bad-glob',
    at: [4, `"${'a*'.repeat(300)}"`],
  },
  'an unknown operator': {
    text: condition('{ field: payload.a, equal: 1 }'),
    code: 'unknown-key',
    at: [6, 'equal'],
    message: /operator "equal": expected "equals"/,
  },
  'an operator like none': {
    text: condition('{ field: payload.a, regex: x }'),
    code: 'unknown-key',
    at: [6, 'regex'],
    message: /one of equals, notEquals/,
  },
  'no operator': {
    text: condition('{ field: payload.a }'),
    code: 'operator-count',
    at: [6, '{ field: payload.a }'],
    message: /got none/,
  },
  'two operators': {
    text: condition('{ field: payload.a, max: 1, min: 0 }'),
    code: 'operator-count',
    at: [6, '{ field: payload.a, max: 1, min: 0 }'],
    message: /max and min/,
  },
  'an unknown field': {
    text: condition('{ field: paylod.a, max: 1 }'),
    code: 'bad-field',
    at: [6, 'paylod.a'],
    message: /expected "payload"/,
  },
  'an unknown name in a known shape': {
    text: condition('{ field: context.path, max: 1 }'),
    code: 'bad-field',
    at: [6, 'context.path'],
    message: /expected "paths"/,
  },
  'an unknown name deep down': {
    text: condition('{ field: context.mcp.sever, equals: a }'),
    code: 'bad-field',
    at: [6, 'context.mcp.sever'],
    message: /expected "server"/,
  },
  'a field of all': {
    text: condition('{ field: payload, present: true }'),
    code: 'bad-field',
    at: [6, 'payload'],
  },
  'a field with a gap': {
    text: condition('{ field: payload..a, present: true }'),
    code: 'bad-field',
    at: [6, 'payload..a'],
  },
  'a field of too many names': {
    text: condition(`{ field: payload${'.a'.repeat(16)}, max: 1 }`),
    code: 'bad-field',
    at: [6, `payload${'.a'.repeat(16)}`],
  },
  'a bad other field': {
    text: condition('{ field: payload.a, equalsField: b }'),
    code: 'bad-field',
    at: [6, 'b'],
  },
  'an operand of the wrong type': {
    text: condition('{ field: payload.a, max: "1" }'),
    code: 'invalid-value',
    at: [6, '"1"'],
    message: /a number/,
  },
  'an operand left empty': {
    text: condition('{ field: payload.a, equals: }'),
    code: 'invalid-value',
    at: [6, 'equals'],
    message: /a text or a number or true or false/,
  },
  'a number out of range': {
    text: condition('{ field: payload.a, max: 1e300 }'),
    code: 'invalid-value',
    at: [6, '1e300'],
  },
  'no number': {
    text: condition('{ field: payload.a, max: .nan }'),
    code: 'invalid-value',
    at: [6, '.nan'],
  },
  'a fraction of an element': {
    text: condition('{ field: payload.a, maxSize: 1.5 }'),
    code: 'invalid-value',
    at: [6, '1.5'],
    message: /a whole number/,
  },
  'no conditions': { text: rule('    when: []'), code: 'invalid-value', at: [5, '[]'] },
  'roles where nobody approves': {
    text: rule('    obligations: { approverRoles: [a] }'),
    code: 'invalid-value',
    at: [5, '[a]'],
    message: /nothing is permitted/,
  },
  'a pass without end': {
    text: rule('    obligations: { passTtlSeconds: 1e6 }').replace('deny', 'allow'),
    code: 'invalid-value',
    at: [5, '1e6'],
    message: /at most 86400/,
  },
  'an unknown obligation': {
    text: rule('    obligations: { passTtl: 1 }'),
    code: 'unknown-key',
    at: [5, 'passTtl'],
    message: /one of|passTtlSeconds/,
  },
  'a server name in capitals': {
    text: servers('Files: { command: a }'),
    code: 'unknown-key',
    at: [2, 'Files'],
    message: /server name/,
  },
  'a server without a way to it': {
    text: servers('files: { args: [a] }'),
    code: 'missing-key',
    at: [2, '{ args: [a] }'],
    message: /"command" \(stdio\)/,
  },
  'a server with two ways to it': {
    text: servers('files: { command: a, url: "https://a" }'),
    code: 'missing-key',
    at: [2, '{ command: a, url: "https://a" }'],
  },
  'headers over stdio': {
    text: servers('files: { command: a, headers: {} }'),
    code: 'invalid-value',
    at: [2, '{}'],
    message: /no "headers" beside "command"/,
  },
  'a directory over HTTP': {
    text: servers('files: { url: "https://a", cwd: b }'),
    code: 'invalid-value',
    at: [2, 'b'],
    message: /no "cwd" beside "url"/,
  },
  'an unknown server key': {
    text: servers('files: { comand: a, command: a }'),
    code: 'unknown-key',
    at: [2, 'comand'],
    message: /"command"/,
  },
  'a bad name in the environment': {
    text: servers('files: { command: a, env: { "A=B": c } }'),
    code: 'unknown-key',
    at: [2, '"A=B"'],
  },
  'plain http beyond loopback': {
    text: servers('files: { url: "http://a.example" }'),
    code: 'invalid-value',
    at: [2, '"http://a.example"'],
    message: /https/,
  },
  'http to a name that only starts like loopback': {
    text: servers('files: { url: "http://localhost.evil" }'),
    code: 'invalid-value',
    at: [2, '"http://localhost.evil"'],
  },
  'delegation without a bound that can be kept': {
    text: 'version: 1\ndelegation: { maxDepth: 17 }',
    code: 'invalid-value',
    at: [1, '17'],
    message: /at most 16/,
  },
  'a depth of delegation under 0': {
    text: 'version: 1\ndelegation: { maxDepth: -1 }',
    code: 'invalid-value',
    at: [1, '-1'],
    message: /at least 0/,
  },
  'half a level of delegation': {
    text: 'version: 1\ndelegation: { maxDepth: 1.5 }',
    code: 'invalid-value',
    at: [1, '1.5'],
    message: /a whole number/,
  },
  'a depth of delegation that is no mapping': {
    text: 'version: 1\ndelegation: 4',
    code: 'invalid-value',
    at: [1, '4'],
    message: /a mapping/,
  },
  'an unknown key of delegation': {
    text: 'version: 1\ndelegation: { maxdepht: 4 }',
    code: 'unknown-key',
    at: [1, 'maxdepht'],
    message: /"maxDepth"/,
  },
  'a header over two lines': {
    text: servers('files: { url: "https://a", headers: { A: "b\\nc" } }'),
    code: 'invalid-value',
    at: [2, '"b\\nc"'],
  },
};
