import assert from 'node:assert/strict';

import {
  createPolicy,
  evaluatePolicy,
  lintPolicy,
  parsePolicy,
  type PolicyEnvironment,
  type PolicyIssue,
  type PolicyRule,
} from '@axtary/policy';
import fc from 'fast-check';

import { action, condition, globs, lists, rules } from '../language/arbitraries.js';
import { covered, HEAD, ruleText } from '../language/support.js';

function lint(text: string, environment: PolicyEnvironment = {}): readonly PolicyIssue[] {
  const { policy, issues } = parsePolicy(text);
  assert.ok(policy, JSON.stringify(issues));
  return lintPolicy(policy, environment);
}

/** Code and text of each finding. */
function found(text: string, environment?: PolicyEnvironment): readonly string[] {
  return lint(text, environment).map(({ code, range }) => `${code}: ${covered(text, range)}`);
}

function whenText(...conditions: string[]): string {
  const lines = conditions.map((condition) => `  - ${condition}`);
  return ruleText('id: a', 'effect: deny', 'match: { tool: x }', 'when:', ...lines);
}

describe('lintPolicy, on conditions that leave a rule nothing to hold for', () => {
  const CONTRADICTIONS: Readonly<Record<string, readonly string[]>> = {
    'two values of a field that holds one': [
      '{ field: actor.agent, equals: agent:a }',
      '{ field: actor.agent, equals: agent:b }',
    ],
    'a value and its exclusion': [
      '{ field: payload.a, equals: x }',
      '{ field: payload.a, notEquals: x }',
    ],
    'a list and the exclusion of all of it': [
      '{ field: payload.a, in: [x, y] }',
      '{ field: payload.a, notIn: [y, x, z] }',
    ],
    'lists without a common value': [
      '{ field: payload.a, allIn: [x] }',
      '{ field: payload.a, allIn: [y] }',
    ],
    'a value outside of all that may be': [
      '{ field: payload.a, equals: x }',
      '{ field: payload.a, allIn: [y] }',
    ],
    'a required value that is excluded': [
      '{ field: payload.a, hasAll: [x, y] }',
      '{ field: payload.a, notIn: [y] }',
    ],
    'an empty range': ['{ field: payload.a, max: 4 }', '{ field: payload.a, min: 5 }'],
    'an empty range, strictly': ['{ field: payload.a, over: 4 }', '{ field: payload.a, under: 5 }'],
    'an empty range of sizes': [
      '{ field: payload.a, maxSize: 4 }',
      '{ field: payload.a, overSize: 4 }',
    ],
    'a number outside of its range': [
      '{ field: payload.a, equals: 9 }',
      '{ field: payload.a, max: 4 }',
    ],
    'absence and a value': [
      '{ field: payload.a, present: false }',
      '{ field: payload.a, matches: x* }',
    ],
    'a value that its glob does not match': [
      '{ field: payload.a, equals: dev/x }',
      '{ field: payload.a, allMatch: release/* }',
    ],
    'a value that a glob excludes': [
      '{ field: payload.a, equals: dev/x }',
      '{ field: payload.a, notMatches: dev/* }',
    ],
    'stated and not': [
      '{ field: payload.a, stated_by_human: true }',
      '{ field: payload.a, stated_by_human: false }',
    ],
    'windows apart': [
      '{ window: { days: [mon], timeZone: UTC } }',
      '{ window: { days: [tue, wed], timeZone: UTC } }',
    ],
    'windows over midnight apart': [
      "{ window: { from: '22:00', to: '06:00', timeZone: UTC } }",
      "{ window: { from: '06:00', to: '22:00', timeZone: UTC } }",
    ],
    'a field that is not what the rule matches': ['{ field: capability.tool, equals: y }'],
    'a contradiction inside a branch': [
      '{ any: [{ field: payload.b, max: 1 }, { all: [{ field: payload.a, max: 1 }, { field: payload.a, min: 2 }] }] }',
    ],
  };
  for (const [name, conditions] of Object.entries(CONTRADICTIONS)) {
    it(`reports ${name}`, () => {
      const issues = lint(whenText(...conditions));
      assert.deepEqual(
        issues.map(({ code, severity }) => [code, severity]),
        [['never-matches', 'warning']],
      );
      assert.equal(issues[0]?.path[2], 'when');
    });
  }

  const SATISFIABLE: Readonly<Record<string, readonly string[]>> = {
    'a range': ['{ field: payload.a, max: 5 }', '{ field: payload.a, min: 5 }'],
    'a range of sizes': ['{ field: payload.a, maxSize: 5 }', '{ field: payload.a, overSize: 4 }'],
    'overlapping lists': [
      '{ field: payload.a, allIn: [x, y] }',
      '{ field: payload.a, in: [y, z] }',
    ],
    'any and every': ['{ field: payload.a, matches: x* }', '{ field: payload.a, allMatch: "*y" }'],
    'absence and a negation': [
      '{ field: payload.a, present: false }',
      '{ field: payload.a, notEquals: x }',
    ],
    'paths that differ in case only': [
      '{ field: context.paths, equals: SRC/a }',
      '{ field: context.paths, allMatch: src/* }',
    ],
    'windows in different time zones': [
      '{ window: { days: [mon], timeZone: UTC } }',
      '{ window: { days: [tue], timeZone: Asia/Tokyo } }',
    ],
    'branches that differ': [
      '{ any: [{ field: payload.a, max: 1 }, { field: payload.a, min: 2 }] }',
    ],
  };
  for (const [name, conditions] of Object.entries(SATISFIABLE)) {
    it(`says nothing of ${name}`, () => {
      assert.deepEqual(lint(whenText(...conditions)), []);
    });
  }

  it('only hints where a list could hold both values', () => {
    const issues = lint(
      whenText('{ field: payload.a, equals: x }', '{ field: payload.a, equals: y }'),
    );
    assert.deepEqual(
      issues.map(({ severity, code }) => [severity, code]),
      [['info', 'never-matches']],
    );
  });

  it('reports obligation windows that are closed whenever the rule holds', () => {
    const text = ruleText(
      'id: a',
      'effect: allow',
      'match: { tool: x }',
      'when: [{ window: { days: [sat], timeZone: UTC } }]',
      'obligations: { windows: [{ days: [mon], timeZone: UTC }, { days: [tue], timeZone: UTC }] }',
    );
    assert.deepEqual(found(text), [
      'never-matches: [{ days: [mon], timeZone: UTC }, { days: [tue], timeZone: UTC }]',
    ]);
  });

  it('reports roles and lists that have nobody in them', () => {
    const text = `${HEAD}roles: { dev: [] }\nlists: { staff: [] }\npolicies:\n  - id: a\n    effect: deny\n    match: { tool: x, roles: dev }\n    when: [{ field: payload.a, equalsField: lists.staff }]\n`;
    assert.deepEqual(found(text), ['never-matches: dev', 'never-matches: lists.staff']);
  });
});

describe('lintPolicy, on rules that others leave without effect', () => {
  const rule = (...[id, effect, match, more = '']: string[]): string =>
    `  - id: ${id}\n    effect: ${effect}\n    match: ${match}\n${more}`;
  const policy = (...rules: string[]): string => `${HEAD}policies:\n${rules.join('')}`;

  it('reports what an unconditional denial covers', () => {
    const text = policy(
      rule('a', 'allow', '{ tool: github.prs.create }'),
      rule('b', 'deny', '{ tool: github.** }').replace('**', '*'),
    );
    assert.deepEqual(found(text), ['shadowed: a']);
    assert.match(lint(text)[0]?.message ?? '', /never decides: "b" denies all of this/);
  });

  it('reports an allow rule that a rule that asks covers, unless it binds', () => {
    const asks = rule(
      'b',
      'step_up',
      '{ tool: [x, y], resource: mcp:** }'.replace('mcp:**', 'repo/**'),
    );
    const allow = (more = ''): string =>
      rule('a', 'allow', '{ tool: x, resource: [repo/a/*, repo/b] }', more);
    assert.deepEqual(found(policy(allow(), asks)), ['shadowed: a']);
    assert.deepEqual(found(policy(allow('    obligations: { maxRows: 5 }\n'), asks)), []);
  });

  it('says nothing where the cover has conditions, is narrower, or is only tried out', () => {
    const allow = rule('a', 'allow', '{ tool: x }');
    const covers = [
      rule('b', 'deny', '{ tool: x }', '    when: [{ field: payload.a, present: true }]\n'),
      rule('b', 'deny', '{ tool: x, resource: r }'),
      rule('b', 'deny', '{ tool: x }', '    shadow: true\n'),
      rule('b', 'deny', '{ tool: [xa, y] }'),
    ];
    for (const cover of covers) assert.deepEqual(found(policy(allow, cover)), [], cover);
  });

  it('knows the rules of the preset', () => {
    const text =
      'version: 1\npolicies:\n  - id: a\n    effect: allow\n    match: { tool: slack.chat.postMessage }\n';
    assert.deepEqual(found(text), ['shadowed: a']);
  });

  it('reports rules that say the same, whatever the order of keys', () => {
    const text = policy(
      rule('a', 'deny', '{ tool: x, resource: r }'),
      rule('b', 'deny', '{ resource: r, tool: x }'),
    );
    assert.deepEqual(found(text), ['same-rule: b']);
  });

  it('says nothing about the presets and packs themselves', () => {
    assert.deepEqual(lint('version: 1\npreset: coding-agent\n'), []);
    assert.deepEqual(lint('version: 1\npreset: release-manager\n'), []);
  });
});

describe('lintPolicy, on names', () => {
  const environment = {
    tools: ['crm.update', 'mcp:mail/send_email', 'mcp:mail/read_email'],
    servers: ['mail'],
  };

  it('reports tools that nobody serves, with the nearest that is served', () => {
    const text = ruleText(
      'id: a',
      'effect: deny',
      'match: { tool: [crm.udpate, github.*, mcp.tool.call] }',
    );
    const issues = lint(text, environment);
    assert.deepEqual(
      issues.map(({ code, message }) => [code, message]),
      [['unknown-tool', 'unknown tool: did you mean "crm.update"?']],
    );
    assert.equal(issues[0] && covered(text, issues[0].range), 'crm.udpate');
    assert.deepEqual(lint(text), []);
  });

  it('reports MCP tools that a known server does not have, and servers that are not there', () => {
    const text = ruleText(
      'id: a',
      'effect: deny',
      'match:',
      '  resource: [mcp:mail/send_mail, mcp:mail/read_*, mcp:mial/read_email, "mcp:*/x", repo:a/b]',
    );
    assert.deepEqual(found(text, environment), [
      'unknown-tool: mcp:mail/send_mail',
      'unknown-server: mcp:mial/read_email',
    ]);
    assert.deepEqual(found(text), []);
  });

  it('takes the servers of the file as known', () => {
    const text = `${HEAD}servers: { fs: { command: x } }\npolicies: [{ id: a, effect: deny, match: { resource: [mcp:fs/x, mcp:fz/x] } }]\n`;
    assert.deepEqual(found(text), ['unknown-server: mcp:fz/x']);
  });

  it('hints at lists and roles that no rule names', () => {
    const text = `${HEAD}roles: { dev: [], ops: [] }\nlists: { a: [], b: [x], c: [1] }\npolicies:\n  - id: a\n    effect: step_up\n    match: { tool: x }\n    obligations: { approverRoles: [ops], fields: { payload.x: { allInField: lists.c } } }\n    when:\n      - not: { any: [{ field: payload.a, equalsField: lists.b }] }\n`;
    assert.deepEqual(found(text), ['unused: a', 'unused: dev']);
  });

  it('reports approver roles that nobody can have', () => {
    const text = `${HEAD}roles: { ops: ['approver:x'] }\npolicies: [{ id: a, effect: step_up, match: { tool: x }, obligations: { approverRoles: [ops, opps] } }]\n`;
    assert.deepEqual(found(text), ['unknown-role: opps']);
  });
});

describe('lintPolicy, on operators that ask it of any element', () => {
  const rule = (effect: string, condition: string): string =>
    ruleText('id: a', `effect: ${effect}`, 'match: { tool: x }', `when: [${condition}]`);

  it('reports them in rules that allow, on fields that hold lists', () => {
    const text = rule('allow', '{ field: context.paths, matches: src/** }');
    assert.deepEqual(found(text), ['any-element: matches']);
    assert.match(lint(text)[0]?.message ?? '', /expected "allMatch"/);
    assert.deepEqual(found(rule('allow', '{ field: payload.recipients, in: [a] }')), [
      'any-element: in',
    ]);
  });

  it('says nothing in rules that restrict, on other fields, and where every element is looked at', () => {
    assert.deepEqual(found(rule('deny', '{ field: context.paths, matches: src/** }')), []);
    assert.deepEqual(found(rule('allow', '{ field: payload.base, matches: src/** }')), []);
    assert.deepEqual(found(rule('allow', '{ field: context.paths, allMatch: src/** }')), []);
    const both =
      '{ field: context.paths, matches: src/** }, { field: context.paths, notMatches: x }';
    assert.deepEqual(found(rule('allow', both)), []);
  });
});

describe('lintPolicy', () => {
  it('places its findings in policies that were made in memory', () => {
    const policy = createPolicy({ version: 1, preset: 'none', lists: { unused: ['x'] } });
    const [issue] = lintPolicy(policy);
    assert.equal(issue && covered(policy.text, issue.range), '"unused"');
  });

  it('says at most 200 things, and stays quick, of 2000 rules that all cover each other', () => {
    const policies = Array.from({ length: 2000 }, (_, index) => ({
      id: `r${index}`,
      effect: 'deny' as const,
      match: { tool: `a*${index}` },
    }));
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      lists: Object.fromEntries(policies.slice(0, 500).map(({ id }) => [id, []])),
      policies,
    });
    assert.equal(lintPolicy(policy).length, 200);
  });
});

describe('lintPolicy, against the decisions themselves', () => {
  const asked = fc.array(action, { minLength: 10, maxLength: 10 });

  it('never says of a rule that allows that it never holds, when it does', () => {
    let said = 0;
    const conditions = fc.array(condition, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(conditions, globs, lists, asked, (...[when, tool, given, actions]) => {
        const policy = createPolicy({
          version: 1,
          preset: 'none',
          lists: given,
          policies: [{ id: 'a', effect: 'allow', match: { tool }, when }],
        });
        const never = lintPolicy(policy).filter(
          ({ code, severity, path }) =>
            code === 'never-matches' && severity === 'warning' && !path.includes('any'),
        );
        if (never.length === 0) return;
        said += 1;
        for (const each of actions) {
          assert.equal(evaluatePolicy(each, policy).decision, 'deny', JSON.stringify([when, each]));
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(said > 100, `only ${said} rules were said to never hold`);
  });

  it('never says of a rule that it never decides, when a decision is another without it', () => {
    let said = 0;
    fc.assert(
      fc.property(rules, lists, asked, (made, given, actions) => {
        const policies = made.map((one, index) => (index === 0 ? withoutConditions(one) : one));
        const policy = createPolicy({ version: 1, preset: 'none', lists: given, policies });
        const shadowed = lintPolicy(policy).filter(
          ({ code, severity }) => code === 'shadowed' && severity === 'warning',
        );
        said += shadowed.length;
        const ids = new Set(shadowed.map(({ path }) => policies[Number(path[1])]?.id));
        const others = policies.filter(({ id }) => !ids.has(id));
        const without = createPolicy({
          version: 1,
          preset: 'none',
          lists: given,
          policies: others,
        });
        for (const each of actions) {
          const decisions = [policy, without].map((one) => evaluatePolicy(each, one).decision);
          assert.equal(decisions[0], decisions[1], JSON.stringify(each));
        }
      }),
      { numRuns: 3000 },
    );
    assert.ok(said > 100, `only ${said} rules were said to never decide`);
  });
});

function withoutConditions({ id, effect, match }: PolicyRule): PolicyRule {
  return { id, effect, match: { tool: match.tool ?? '*' } };
}
