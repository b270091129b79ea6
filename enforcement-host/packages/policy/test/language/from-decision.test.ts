import assert from 'node:assert/strict';

import { isJsonObject, type Action, type Verdict } from '@axtary/core';
import {
  createPolicy,
  evaluatePolicy,
  insertRule,
  parsePolicy,
  ruleFromDecision,
  type Policy,
} from '@axtary/policy';
import fc from 'fast-check';

import { anAction, pullRequest } from '../support.js';
import { applied, HALF_WRITTEN, HEAD, ruleText } from './support.js';

const NOTHING = createPolicy({ version: 1, preset: 'none' });

function draftFor(action: Action, effect: Verdict, policy = NOTHING) {
  const decision = evaluatePolicy(action, policy);
  return ruleFromDecision({ action, decision }, effect, { taken: ['deny-test-tool'] });
}

function policyWith(snippet: string): Policy {
  const text = `${HEAD}policies:\n${snippet}`;
  const { policy, issues } = parsePolicy(text);
  assert.ok(policy, `${JSON.stringify(issues)}\n${text}`);
  return policy;
}

const MAIL = anAction({
  tool: 'mcp.tool.call',
  resource: 'mcp:mail/send_email',
  payload: {
    server: 'mail',
    name: 'send_email',
    arguments: {
      to: ['ada@example.com'],
      subject: 'Invoice: 42 # due',
      body: 'x'.repeat(500),
      apiKey: 'very-secret',
      urgent: true,
      price: 1.5,
    },
  },
  context: { paths: ['out/invoice.pdf'] },
});

describe('ruleFromDecision', () => {
  it('writes a rule that allows exactly the call, and no more of it than that', () => {
    const { snippet, id } = draftFor(MAIL, 'allow');
    assert.equal(id, 'allow-mail-send-email');
    const policy = policyWith(snippet);
    assert.equal(evaluatePolicy(MAIL, policy).decision, 'allow');
    const others = [
      { ...MAIL.capability, resource: 'mcp:mail/delete' },
      withArguments({ to: ['eve@example.com'] }),
      withArguments({ to: ['ada@example.com', 'eve@example.com'] }),
      withArguments({ subject: ['Invoice: 42 # due', 'x'] }),
      withArguments({ urgent: false }),
    ];
    for (const capability of others) {
      assert.equal(
        evaluatePolicy({ ...MAIL, capability }, policy).decision,
        'deny',
        JSON.stringify(capability),
      );
    }
  });

  it('leaves out what is long, secret or not comparable, and says so', () => {
    const { snippet, explanation } = draftFor(MAIL, 'allow');
    assert.ok(!snippet.includes('very-secret') && !snippet.includes('xxx'));
    assert.match(
      explanation,
      /does not look at payload\.arguments\.body, payload\.arguments\.apiKey, payload\.arguments\.price/,
    );
  });

  it('writes a rule for all calls like it where it restricts', () => {
    const { snippet, id } = draftFor(anAction(), 'deny');
    assert.equal(id, 'deny-test-tool-2');
    assert.equal(
      snippet,
      '  - id: deny-test-tool-2\n    effect: deny\n    match:\n      tool: test.tool\n      resource: repo:example/web-app\n',
    );
    assert.match(draftFor(anAction(), 'deny').explanation, /^Denies calls of `test\.tool` on /);
  });

  it('compares a resource that is no glob as a value', () => {
    const action = anAction({ resource: 'issue:[a]?*' });
    const { snippet } = draftFor(action, 'step_up');
    assert.equal(evaluatePolicy(action, policyWith(snippet)).decision, 'step_up');
  });

  it('says when another rule decides in any case', () => {
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      policies: [{ id: 'never', effect: 'deny', match: { tool: '*' } }],
    });
    assert.match(
      draftFor(anAction(), 'allow', policy).explanation,
      /changes nothing about this call while `never` decides it/,
    );
    assert.doesNotMatch(draftFor(anAction(), 'allow').explanation, /changes nothing/);
  });

  it('takes effect for any action it is made from, or says why it cannot', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('- a', 'a: b', '#', "'", '"', '{x}', 'true', '1'),
    );
    const value = fc.oneof(
      word,
      fc.integer(),
      fc.boolean(),
      fc.array(word, { maxLength: 3 }),
      fc.constant(null),
    );
    const payload = fc.dictionary(fc.oneof(word, fc.constantFrom('a', 'b.c', '__x')), value, {
      maxKeys: 5,
    });
    const effects = fc.constantFrom<Verdict>('allow', 'deny', 'step_up');
    fc.assert(
      fc.property(
        payload,
        effects,
        fc.constantFrom<'exact' | 'similar'>('exact', 'similar'),
        (given, effect, width) => {
          const action = anAction({
            payload: JSON.parse(JSON.stringify(given)) as Action['capability']['payload'],
          });
          const decision = evaluatePolicy(action, NOTHING);
          const { snippet } = ruleFromDecision({ action, decision }, effect, { width });
          const made = evaluatePolicy(action, policyWith(snippet));
          assert.equal(made.decision, effect, snippet);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function withArguments(changed: Record<string, unknown>): Action['capability'] {
  const { payload } = MAIL.capability;
  const given = payload['arguments'];
  assert.ok(isJsonObject(given));
  const capability = {
    ...MAIL.capability,
    payload: { ...payload, arguments: { ...given, ...changed } },
  };
  return JSON.parse(JSON.stringify(capability)) as Action['capability'];
}

describe('insertRule', () => {
  const { snippet } = draftFor(pullRequest(), 'allow');
  const inserted = (text: string): string => applied(text, insertRule(text, snippet));
  const RULE = ['id: a', 'effect: deny', 'match: { tool: x }'] as const;

  const TEXTS: Readonly<Record<string, string>> = {
    'without rules': HEAD,
    'without a line break at its end': HEAD.trimEnd(),
    'with an empty list': `${HEAD}policies: []\n`,
    'with an empty list and a comment': `${HEAD}policies: [] # none yet\nlists: {}\n`,
    'with a key alone': `${HEAD}policies:\nlists: {}\n`,
    'with rules': ruleText(...RULE),
    'with rules and more behind them': `${ruleText(...RULE)}lists: {}\n`,
    'with a comment behind the last value': `${HEAD}policies:\n  - id: a\n    effect: deny\n    match: { tool: x } # all\n`,
    'with dashes at the margin': `${HEAD}policies:\n- id: a\n  effect: deny\n  match: { tool: x }\n`,
    'with rules in brackets': `${HEAD}policies: [{ id: a, effect: deny, match: { tool: x } }]\n`,
    'that is JSON':
      '{"version": 1, "preset": "none", "policies": [{"id":"a","effect":"deny","match":{"tool":"x"}}]}',
    'that is JSON without rules': '{"version": 1, "preset": "none"}',
  };
  for (const [name, text] of Object.entries(TEXTS)) {
    it(`adds the rule to a text ${name}`, () => {
      const before = parsePolicy(text).policy?.document.policies.length ?? 0;
      const { policy, issues } = parsePolicy(inserted(text));
      assert.ok(policy, `${JSON.stringify(issues)}\n${inserted(text)}`);
      assert.equal(policy.document.policies.length, before + 1);
      assert.equal(policy.document.policies.at(-1)?.id, 'allow-github-pull-requests-create');
      assert.equal(evaluatePolicy(pullRequest(), policy).decision, 'allow');
    });
  }

  it('leaves an empty line where the others are apart, and none where they are not', () => {
    const rule = (id: string): string =>
      `  - id: ${id}\n    effect: deny\n    match: { tool: x }\n`;
    const close = inserted(`${HEAD}policies:\n${rule('a')}${rule('b')}`);
    assert.ok(close.includes('match: { tool: x }\n  - id: allow'));
    const apart = inserted(`${HEAD}policies:\n${rule('a')}\n${rule('b')}`);
    assert.ok(apart.includes('match: { tool: x }\n\n  - id: allow'));
  });

  it('keeps comments, and never throws on half-written texts', () => {
    assert.ok(inserted(`${HEAD}policies: [] # none yet\n`).includes('# none yet'));
    for (const text of HALF_WRITTEN) insertRule(text, snippet);
  });
});
