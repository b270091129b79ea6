import assert from 'node:assert/strict';

import { analyzePolicy, parsePolicy, type PolicyEnvironment } from '@axtary/policy';
import fc from 'fast-check';

import { cpuTime } from '../support.js';
import { applied, HALF_WRITTEN, HEAD, ruleText } from './support.js';

/** The text after the first fix of the first issue that has one. */
function fixed(text: string, environment: PolicyEnvironment = {}, title?: RegExp): string {
  const fixes = analyzePolicy(text, environment).issues.flatMap((issue) => issue.fixes ?? []);
  const fix = title === undefined ? fixes[0] : fixes.find((each) => title.test(each.title));
  assert.ok(fix, `expected a fix in ${JSON.stringify(analyzePolicy(text, environment).issues)}`);
  return applied(text, fix.edits);
}

const RULE = ['id: a', 'effect: allow', 'match: { tool: x }'] as const;

describe('analyzePolicy', () => {
  it('gives the policy with what is dubious about it', () => {
    const { policy, issues, rules, symbols } = analyzePolicy(
      `${HEAD}lists: { x: [] }\npolicies: [{ id: a, effect: deny, match: { tool: t } }]\n`,
    );
    assert.notEqual(policy, undefined);
    assert.deepEqual(
      issues.map(({ code }) => code),
      ['unused'],
    );
    assert.deepEqual(
      rules.map(({ id, effect }) => [id, effect]),
      [['a', 'deny']],
    );
    assert.equal(symbols.length, 4);
  });

  it('gives errors, symbols and rules of a text that is no policy', () => {
    const { policy, issues, rules } = analyzePolicy('policies:\n  - id: a\n    effct: allow\n');
    assert.equal(policy, undefined);
    assert.ok(issues.some(({ code }) => code === 'unknown-key'));
    assert.deepEqual(
      rules.map(({ id }) => id),
      ['a'],
    );
  });

  it('never throws, and gives ranges inside the text', () => {
    const unit = fc.constantFrom(
      ...Array.from(' -:#[]{}"\'\n|'),
      'version: 1\n',
      'policies:\n',
      '  - id: a\n',
      '    match:',
      'x',
    );
    const texts = fc.oneof(fc.string({ unit, maxLength: 40 }), fc.constantFrom(...HALF_WRITTEN));
    fc.assert(
      fc.property(texts, (text) => {
        const lines = text.split('\n');
        for (const { range } of analyzePolicy(text).issues) {
          assert.ok(range.end.line < lines.length + 1 && range.start.line <= range.end.line);
        }
      }),
    );
  });

  it('adds little to what parsing costs, on 500 rules', () => {
    const rules = Array.from(
      { length: 500 },
      (_, at) =>
        `  - id: rule-${at}\n    effect: allow\n    match: { tool: t.${at} }\n    when:\n      - { field: payload.limit, max: ${at} }\n`,
    );
    const text = `${HEAD}policies:\n${rules.join('')}`;
    const run = (): number => cpuTime(() => analyzePolicy(text)) - cpuTime(() => parsePolicy(text));
    const costs = [1, 2, 3, 4, 5, 6].map(run);
    assert.ok(Math.min(...costs) <= 200, `${costs.join(', ')} ms`);
  });
});

describe('quick fixes', () => {
  const FIXED: Readonly<Record<string, readonly [before: string, after: string]>> = {
    'a misspelt key': [ruleText(...RULE, 'descripton: x'), ruleText(...RULE, 'description: x')],
    'a misspelt operator': [
      ruleText(...RULE, 'when: [{ field: payload.a, equal: x }]'),
      ruleText(...RULE, 'when: [{ field: payload.a, equals: x }]'),
    ],
    'a misspelt value': [
      ruleText('id: a', 'effect: alow', 'match: { tool: x }'),
      ruleText(...RULE),
    ],
    'a misspelt preset': ['version: 1\npreset: readonly\n', 'version: 1\npreset: read-only\n'],
    'a missing version': ['preset: none\n', 'version: 1\npreset: none\n'],
    'a missing version in braces': [
      '{ preset: read-only }\n',
      '{ version: 1, preset: read-only }\n',
    ],
    'a missing effect': [
      ruleText('id: a', 'match: { tool: x }'),
      ruleText('effect: deny', 'id: a', 'match: { tool: x }'),
    ],
    'an id that is taken': [
      `${HEAD}policies: [{ id: a, effect: deny, match: { tool: x } }, { id: a, effect: allow, match: { tool: y } }]\n`,
      `${HEAD}policies: [{ id: a, effect: deny, match: { tool: x } }, { id: a-2, effect: allow, match: { tool: y } }]\n`,
    ],
    'a glob with ** inside a segment': [
      ruleText(...RULE, "when: [{ field: payload.a, matches: 'src/**.ts' }]"),
      ruleText(...RULE, 'when: [{ field: payload.a, matches: src/*.ts }]'),
    ],
    'a glob with braces': [
      ruleText(...RULE, "when: [{ field: payload.a, matches: '*.{js,ts}' }]"),
      ruleText(...RULE, "when: [{ field: payload.a, matches: ['*.js', '*.ts'] }]"),
    ],
    'a glob with braces in a list': [
      ruleText(...RULE, 'when:', '  - field: payload.a', '    matches:', "      - '*.{js,ts}'"),
      ruleText(
        ...RULE,
        'when:',
        '  - field: payload.a',
        '    matches:',
        "      - '*.js'",
        "      - '*.ts'",
      ),
    ],
    'a glob that Cedar cannot decide': [
      ruleText(...RULE, "when: [{ field: payload.a, notMatches: '**/x*/**' }]"),
      ruleText(
        ...RULE,
        "when: [{ field: payload.a, notMatches: [x*/**, '*/x*/**', '*/*/x*/**'] }]",
      ),
    ],
    'a misspelt field': [
      ruleText(...RULE, 'when: [{ field: context.pathes, present: true }]'),
      ruleText(...RULE, 'when: [{ field: context.paths, present: true }]'),
    ],
    'a misspelt list': [
      `${HEAD}lists: { staff: [x] }\npolicies: [{ id: a, effect: deny, match: { tool: x }, when: [{ field: payload.a, equalsField: lists.stuff }] }]\n`,
      `${HEAD}lists: { staff: [x] }\npolicies: [{ id: a, effect: deny, match: { tool: x }, when: [{ field: payload.a, equalsField: lists.staff }] }]\n`,
    ],
    'a misspelt role': [
      `${HEAD}roles: { boss: ['user:x'] }\npolicies: [{ id: a, effect: deny, match: { tool: x, roles: [bos] } }]\n`,
      `${HEAD}roles: { boss: ['user:x'] }\npolicies: [{ id: a, effect: deny, match: { tool: x, roles: [boss] } }]\n`,
    ],
    'an operator that asks it of any element': [
      ruleText(...RULE, 'when: [{ field: context.paths, matches: src/** }]'),
      ruleText(...RULE, 'when: [{ field: context.paths, allMatch: src/** }]'),
    ],
    'an equality that asks it of any element': [
      ruleText(...RULE, 'when: [{ field: context.paths, equals: a }]'),
      ruleText(...RULE, 'when: [{ field: context.paths, allIn: [a] }]'),
    ],
    'a list that nobody uses': [
      `${HEAD}lists:\n  x: []\n  y: [1]\n${ruleText(...RULE, 'when: [{ field: payload.a, equalsField: lists.y }]').slice(HEAD.length)}`,
      `${HEAD}lists:\n  y: [1]\n${ruleText(...RULE, 'when: [{ field: payload.a, equalsField: lists.y }]').slice(HEAD.length)}`,
    ],
    'the only list, which nobody uses': [
      `${HEAD}lists:\n  x:\n    - 1\n${ruleText(...RULE).slice(HEAD.length)}`,
      ruleText(...RULE),
    ],
    'a rule that is there twice': [
      `${ruleText(...RULE)}  - id: b\n    effect: allow\n    match: { tool: x }\n`,
      ruleText(...RULE),
    ],
  };
  for (const [name, [before, after]] of Object.entries(FIXED)) {
    it(`put right ${name}`, () => {
      assert.equal(fixed(before), after);
      const left = analyzePolicy(after).issues;
      assert.deepEqual(
        left.filter(({ severity }) => severity === 'error'),
        [],
      );
    });
  }

  it('put right names that the environment knows', () => {
    const environment = { tools: ['crm.update', 'mcp:mail/send_email'], servers: ['mail'] };
    const rule = (match: string): string =>
      ruleText('id: a', 'effect: deny', `match: { ${match} }`);
    assert.equal(fixed(rule('tool: crm.udpate'), environment), rule('tool: crm.update'));
    assert.equal(
      fixed(rule('resource: [mcp:mail/send_mail]'), environment),
      rule('resource: [mcp:mail/send_email]'),
    );
    assert.equal(fixed(rule('resource: mcp:mial/x*'), environment), rule('resource: mcp:mail/x*'));
    const field = (name: string): string =>
      ruleText(...RULE, `when: [{ field: ${name}, present: true }]`);
    assert.equal(fixed(field('contxt.paths')), field('context.paths'));
  });

  it('offer to remove a key that nobody knows', () => {
    assert.equal(fixed(ruleText(...RULE, 'zzzzz: 1'), {}, /Remove/), ruleText(...RULE));
    assert.equal(fixed(ruleText('zzzzz: 1', ...RULE), {}, /Remove/), ruleText(...RULE));
    assert.equal(
      fixed(ruleText('id: a', 'effect: allow', 'match: { tool: x, zzzzz: [1, 2] }'), {}, /Remove/),
      ruleText(...RULE),
    );
    assert.equal(
      fixed(ruleText('id: a', 'effect: allow', 'match: { zzzzz: 1, tool: x }'), {}, /Remove/),
      ruleText(...RULE),
    );
  });

  it('never leave a text with more errors than it had', () => {
    const errors = (text: string): number =>
      analyzePolicy(text).issues.filter(({ severity }) => severity === 'error').length;
    for (const [before] of Object.values(FIXED)) {
      for (const { fixes = [] } of analyzePolicy(before).issues) {
        for (const { edits, title } of fixes) {
          assert.ok(errors(applied(before, edits)) <= errors(before), `${title}\n${before}`);
        }
      }
    }
  });
});
