import assert from 'node:assert/strict';

import { parsePolicyTests, policyTestsJsonSchema, readShortAction } from '@axtary/policy';
import type { PolicyIssue, PolicyTest } from '@axtary/policy';

import { anAction, cpuTime } from '../support.js';

function theTest(text: string): PolicyTest {
  const { tests, issues } = parsePolicyTests(text);
  assert.deepEqual(issues, []);
  const [test] = tests;
  assert.ok(test);
  return test;
}

function theIssue(text: string): PolicyIssue {
  const { issues } = parsePolicyTests(text);
  const [issue] = issues;
  assert.ok(issue && issues.length === 1, JSON.stringify(issues));
  return issue;
}

/** The part of a text, on one line, that a range marks. */
function marked(text: string, { start, end }: PolicyIssue['range']): string {
  assert.equal(start.line, end.line);
  return text.split('\n')[start.line]?.slice(start.column, end.column) ?? '';
}

const ONE = `tests:
  - name: a post is allowed
    action: { tool: slack.post, resource: slack:channel/C1 }
    expect: allow
`;

describe('parsePolicyTests', () => {
  it('completes a short action with values that say nothing', () => {
    const { action, expect } = theTest(ONE);
    assert.deepEqual(action, {
      id: 'act_test',
      actor: {
        agent: 'agent:test',
        human: 'user:test@example.com',
        tenant: 'org:example',
        runtime: 'test',
      },
      intent: { task: 'TEST-1', summary: 'a post is allowed' },
      capability: {
        tool: 'slack.post',
        resource: 'slack:channel/C1',
        payload: {},
        constraints: {},
      },
      context: { source: 'sdk' },
    });
    assert.deepEqual(expect, { decision: 'allow' });
  });

  it('says of an MCP call that it comes by MCP', () => {
    const text = ONE.replace('slack.post', 'mcp.tool.call');
    assert.equal(theTest(text).action.context.source, 'mcp');
  });

  it('takes a whole action as it is', () => {
    const whole = anAction({ payload: { text: 'hi' }, context: { paths: ['a.ts'] } });
    const text = `tests: [{ name: a, action: ${JSON.stringify(whole)}, expect: deny }]`;
    assert.deepEqual(theTest(text).action, whole);
  });

  it('lays an action over the defaults: entry by entry, but its payload as a whole', () => {
    const { action } = theTest(`
defaults:
  tool: slack.post
  actor: { agent: agent:codex, runtime: codex-cli }
  payload: { channel: C1, text: hi }
  constraints: { limit: 3 }
tests:
  - name: a
    action:
      resource: slack:channel/C1
      actor: { agent: agent:claude }
      payload: { text: there }
    expect: deny
`);
    assert.equal(action.actor.agent, 'agent:claude');
    assert.equal(action.actor.runtime, 'codex-cli');
    assert.equal(action.capability.tool, 'slack.post');
    assert.deepEqual(action.capability.payload, { text: 'there' });
    assert.deepEqual(action.capability.constraints, { limit: 3 });
  });

  it('lays a short action over a default in the long form', () => {
    const { action } = theTest(`
defaults: { capability: { tool: slack.post, resource: slack:channel/C1 } }
tests: [{ name: a, action: { resource: slack:channel/C2 }, expect: deny }]
`);
    assert.equal(action.capability.tool, 'slack.post');
    assert.equal(action.capability.resource, 'slack:channel/C2');
  });

  it('reads facts, expectations and the policy that is named', () => {
    const { policy, tests, issues } = parsePolicyTests(`policy: ../ci.yml
tests:
  - name: a
    action: { tool: slack.post, resource: r }
    facts:
      now: 2026-01-05T10:00:00+01:00
      usage: { post.rate.0: 3 }
      approvals: [{ approvedBy: approver:ada }]
    expect: { decision: step_up, rules: ask, obligations: { passTtlSeconds: 60 }, shadow: deny }
`);
    assert.deepEqual(issues, []);
    assert.equal(policy, '../ci.yml');
    assert.deepEqual(tests[0]?.facts, {
      now: '2026-01-05T10:00:00+01:00',
      usage: { 'post.rate.0': 3 },
      approvals: [{ approvedBy: 'approver:ada' }],
    });
    assert.deepEqual(tests[0].expect, {
      decision: 'step_up',
      rules: ['ask'],
      obligations: { passTtlSeconds: 60 },
      shadow: 'deny',
    });
  });

  it('knows where each test and what it expects stand', () => {
    const { range, expectRange } = theTest(ONE);
    assert.equal(marked(ONE, range), 'a post is allowed');
    assert.equal(marked(ONE, expectRange), 'allow');
  });

  const WRONG = [
    ['an unknown key of the file', 'test: []\ntests: []', 'test', /expected "tests"/],
    ['an unknown key of a test', ONE.replace('expect', 'expects'), 'expects', /"expect"/],
    ['an unknown key of an action', ONE.replace('tool', 'tol'), 'tol', /expected "tool"/],
    [
      'an unknown key of an actor',
      ONE.replace('resource: slack:channel/C1', 'resource: r, actor: { agnt: agent:a }'),
      'agnt',
      /expected "agent"/,
    ],
    [
      'an unknown key of an expectation',
      ONE.replace('expect: allow', 'expect: { decision: allow, rule: a }'),
      'rule',
      /expected "rules"/,
    ],
    ['a decision that is none', ONE.replace(': allow', ': alow'), 'alow', /expected "allow"/],
    [
      'an approval as a rule',
      ONE.replace('expect: allow', 'expect: { decision: allow, rules: approved }'),
      'approved',
      /an approval is a fact/,
    ],
    [
      'a time that is none',
      ONE.replace('    expect', '    facts: { now: noon }\n    expect'),
      'noon',
      /expected a time such as/,
    ],
    [
      'an agent in another form',
      ONE.replace('resource: slack:channel/C1', 'resource: r, actor: { agent: codex }'),
      'codex',
      /./,
    ],
    [
      'the long form beside the short one',
      ONE.replace('resource: slack', 'capability: { resource: r }, resource: slack'),
      'slack.post',
      /below "capability" only/,
    ],
  ] as const;
  for (const [what, text, place, message] of WRONG) {
    it(`refuses ${what}, and marks it`, () => {
      const { issues } = parsePolicyTests(text);
      const issue = issues.find((each) => marked(text, each.range) === place);
      assert.ok(issue, JSON.stringify(issues));
      assert.match(issue.message, message);
      assert.equal(issue.severity, 'error');
    });
  }

  it('says which of tool and resource is missing', () => {
    const issue = theIssue('tests: [{ name: a, action: { tool: x }, expect: deny }]');
    assert.equal(issue.code, 'missing-key');
    assert.match(issue.message, /missing "resource"/);
    assert.deepEqual(issue.path, ['tests', 0, 'action', 'resource']);
  });

  it('refuses a number that JSON does not have', () => {
    const text = ONE.replace('C1 }', 'C1, payload: { a: .nan } }');
    assert.match(theIssue(text).message, /NaN/);
  });

  it('refuses a name that is taken, for reports name tests by it', () => {
    const text = `${ONE}${ONE.slice('tests:\n'.length)}`;
    const issue = theIssue(text);
    assert.equal(issue.code, 'duplicate-id');
    assert.equal(issue.range.start.line, 4);
    assert.equal(parsePolicyTests(text).tests.length, 1);
  });

  it('reads the other tests where one is broken', () => {
    const text = `${ONE}  - { name: b, action: 3, expect: deny }
  - { name: c, action: { tool: x, resource: y }, expect: deny }
`;
    const { tests, issues } = parsePolicyTests(text);
    assert.deepEqual(
      tests.map(({ name }) => name),
      ['a post is allowed', 'c'],
    );
    assert.deepEqual(issues[0]?.path, ['tests', 1, 'action']);
  });

  const HOSTILE = [
    ['nothing', ''],
    ['a list', '- a'],
    ['aliases', 'a: &a [x]\ntests: [*a, *a]'],
    ['a tag', 'tests: !!js/function 1'],
    ['a NUL', 'tests: ["\0"]'],
    ['an open list', 'tests: ['],
    ['two mebibytes', `tests: []\n#${'x'.repeat(2 ** 21)}`],
    ['a deep value', `tests: ${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['many tests', `tests:\n${'  - 1\n'.repeat(12_000)}`],
    ['a key of the prototype', 'tests: [{ __proto__: { name: a } }]'],
  ] as const;
  for (const [what, text] of HOSTILE) {
    it(`refuses ${what} with an issue, in little time`, () => {
      let issues: readonly PolicyIssue[] = [];
      const time = cpuTime(() => ({ issues } = parsePolicyTests(text)));
      assert.ok(issues.length > 0 && issues.length <= 100);
      assert.ok(time < 500, `${time} ms`);
    });
  }
});

describe('readShortAction', () => {
  it('reads a whole action strictly', () => {
    const whole = anAction();
    assert.deepEqual(readShortAction(whole), whole);
    const rest = { ...whole, context: undefined };
    assert.throws(() => readShortAction(JSON.stringify(rest)), { code: 'ACTION_MALFORMED' });
  });

  it('names what is wrong with a short one', () => {
    assert.throws(() => readShortAction({ tol: 'x' }), /unknown key "tol": expected "tool"/);
    assert.throws(() => readShortAction({ actor: { agent: 3 } }), /actor\.agent: expected a text/);
    assert.throws(() => readShortAction({ tool: 'x' }), /capability\.resource/);
    assert.throws(() => readShortAction('{}'), { code: 'ACTION_MALFORMED' });
    assert.throws(() => readShortAction([]), { code: 'ACTION_MALFORMED' });
  });
});

describe('policyTestsJsonSchema', () => {
  it('describes the keys, and lets no other key pass', () => {
    const schema = policyTestsJsonSchema();
    assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema');
    const text = JSON.stringify(schema);
    assert.match(text, /"payload":\{"type":"object"/);
    assert.match(text, /What each action has where it says nothing/);
    assert.equal(schema['additionalProperties'], false);
    assert.deepEqual(schema['required'], ['tests']);
  });
});
