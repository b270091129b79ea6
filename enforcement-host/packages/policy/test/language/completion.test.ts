import assert from 'node:assert/strict';

import { completePolicy, OPERATORS, parsePolicy, policyKeys } from '@axtary/policy';
import fc from 'fast-check';

import {
  atMarker,
  completed,
  completionsAt,
  HALF_WRITTEN,
  HEAD,
  labelsAt,
  ruleText,
} from './support.js';

const ENVIRONMENT = {
  tools: ['crm.contacts.update', 'mcp:mail/send_email', 'mcp:mail/read_email'],
  servers: ['mail'],
  samples: { 'crm.contacts.update': ['payload.contact', 'payload.arguments.email'] },
  values: { 'actor.agent': ['agent:codex-prod'], 'payload.base': ['main', 'next'] },
};

describe('completePolicy, for keys', () => {
  it('offers those of the document that it does not have yet', () => {
    const labels = labelsAt('version: 1\n|\npolicies: []\n');
    assert.ok(labels.includes('preset') && labels.includes('lists'));
    assert.ok(!labels.includes('version') && !labels.includes('policies'));
  });

  it('offers those of a rule in the middle of it, and behind its dash', () => {
    const expected = ['match', 'when', 'obligations', 'description', 'shadow'];
    const inside = labelsAt(ruleText('id: a', 'effect: allow', '|'));
    assert.deepEqual([...inside].sort(), [...expected].sort());
    assert.deepEqual(labelsAt(`${HEAD}policies:\n  - |`).slice(0, 2), ['id', 'effect']);
    assert.deepEqual(labelsAt(`${HEAD}policies:\n  - i|`).slice(0, 2), ['id', 'effect']);
  });

  it('knows where it is by indentation', () => {
    assert.deepEqual(
      labelsAt(ruleText('id: a', 'match:', '  |')),
      policyKeys(['policies', 0, 'match']),
    );
    assert.ok(labelsAt(ruleText('id: a', 'match:', '  tool: x', '|')).includes('when'));
    assert.ok(labelsAt(`${ruleText('id: a', 'match:', '  tool: x')}|`).includes('servers'));
    const obligations = labelsAt(ruleText('id: a', 'effect: step_up', 'obligations:', '  m|'));
    assert.deepEqual(obligations, policyKeys(['policies', 0, 'obligations']));
  });

  it('offers what a condition can still get: a field, one operator, or a combination', () => {
    const condition = (lines: string): readonly string[] =>
      labelsAt(ruleText('id: a', 'when:', `  - ${lines}`));
    assert.ok(condition('|').includes('any') && condition('|').includes('field'));
    assert.deepEqual(condition('field: payload.base\n        |'), OPERATORS);
    assert.deepEqual(condition('field: payload.base\n        equals: main\n        |'), []);
    assert.deepEqual(condition('{ equals: main, | }'), ['field']);
    assert.deepEqual(condition('any: []\n        |'), []);
  });

  it('goes down through any, all and not, in both styles', () => {
    const inAny = labelsAt(
      ruleText('id: a', 'when:', '  - any:', '      - field: payload.x', '        |'),
    );
    assert.deepEqual(inAny, OPERATORS);
    assert.ok(labelsAt(ruleText('id: a', 'when:', '  - not: { |')).includes('field'));
    assert.ok(labelsAt(ruleText('id: a', 'when: [{ all: [{ not: { |')).includes('window'));
    assert.ok(labelsAt(ruleText('id: a', 'when:', '  - window:', '      |')).includes('timeZone'));
  });

  it('offers no obligation that the effect refuses', () => {
    assert.deepEqual(labelsAt(ruleText('id: a', 'effect: deny', 'obligations:', '  |')), []);
    const allow = labelsAt(ruleText('id: a', 'effect: allow', 'obligations:', '  |'));
    assert.ok(allow.includes('maxRows') && !allow.includes('approvals'));
  });

  it('offers no key of a server over stdio to one over HTTP', () => {
    assert.deepEqual(labelsAt('servers:\n  docs:\n    url: https://docs.example.com\n    |'), [
      'headers',
    ]);
    assert.ok(!labelsAt('servers:\n  docs:\n    command: npx\n    |').includes('url'));
  });

  it('names the lists that packs leave to the file', () => {
    assert.ok(labelsAt('version: 1\npacks: [slack]\nlists:\n  |').includes('slackChannels'));
    assert.deepEqual(labelsAt('version: 1\npreset: none\nlists:\n  |'), []);
  });

  it('writes what follows a key at its indentation', () => {
    assert.equal(completed(ruleText('id: a', 'wh|'), 'when'), ruleText('id: a', 'when:', '  - '));
    assert.equal(
      completed(ruleText('id: a', 'match: { to| }'), 'tool'),
      ruleText('id: a', 'match: { tool:  }'),
    );
    assert.equal(
      completed(ruleText('id: a', 'eff|: allow'), 'effect'),
      ruleText('id: a', 'effect: allow'),
    );
    assert.equal(
      completed('version: 1\npolicies:\n  |', 'deny rule').split('\n')[2],
      '  - id: ${1:no-such-thing}',
    );
  });

  it('explains every key that it offers', () => {
    for (const { label, documentation } of completionsAt(ruleText('id: a', '|'))) {
      assert.match(documentation ?? '', /```yaml\n/, label);
    }
  });
});

describe('completePolicy, for values', () => {
  it('offers the values of fixed sets', () => {
    assert.deepEqual(labelsAt(ruleText('id: a', 'effect: |')), ['allow', 'deny', 'step_up']);
    assert.ok(
      labelsAt('preset: |').includes('read-only') && labelsAt('preset: |').includes('none'),
    );
    assert.ok(labelsAt('packs: [github, |').includes('slack'));
    assert.deepEqual(labelsAt(ruleText('id: a', 'shadow: |')), ['true', 'false']);
    const zone = ruleText('id: a', 'when:', '  - window: { timeZone: Europe/B|');
    assert.ok(labelsAt(zone).includes('Europe/Berlin'));
    const rate = ruleText('id: a', 'obligations:', '  rates:', '    - per: [agent, |]');
    assert.ok(labelsAt(rate).includes('task'));
    const days = ruleText('id: a', 'obligations:', '  windows:', '    - days: [|');
    assert.deepEqual(labelsAt(days), ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
  });

  it('puts what must be a list in brackets or behind a dash', () => {
    assert.equal(completed('version: 1\npacks: |\n', 'slack'), 'version: 1\npacks: [slack]\n');
    assert.equal(
      completed('version: 1\npacks:\n  |\n', 'slack'),
      'version: 1\npacks:\n  - slack\n',
    );
    assert.equal(
      completed('version: 1\npacks:\n  - |\n', 'slack'),
      'version: 1\npacks:\n  - slack\n',
    );
  });

  it('offers tools, resources and servers that are known', () => {
    const tools = labelsAt(ruleText('id: a', 'match: { tool: | }'), ENVIRONMENT);
    assert.ok(tools.includes('crm.contacts.update') && tools.includes('mcp.tool.call'));
    assert.ok(!tools.some((tool) => tool.startsWith('mcp:')));
    const resources = labelsAt(ruleText('id: a', 'match:', '  resource:', '    - |'), ENVIRONMENT);
    assert.deepEqual(resources, ['mcp:mail/send_email', 'mcp:mail/read_email', 'mcp:mail/*']);
    const own = 'servers:\n  docs: { command: x }\npolicies:\n  - match: { resource: mcp:d| }\n';
    assert.ok(labelsAt(own).includes('mcp:docs/*'));
    assert.deepEqual(labelsAt(ruleText('id: a', 'match: { agent: | }'), ENVIRONMENT), [
      'agent:codex-prod',
    ]);
  });

  it('offers the fields of the tool that the rule is about, seen or known', () => {
    const fields = (tool: string): readonly string[] =>
      labelsAt(ruleText('id: a', `match: { tool: ${tool} }`, 'when:', '  - field: |'), ENVIRONMENT);
    assert.ok(fields('crm.contacts.update').includes('payload.arguments.email'));
    assert.ok(!fields('crm.contacts.update').includes('payload.base'));
    assert.ok(fields('github.pull_requests.create').includes('payload.base'));
    assert.ok(fields('github.pull_requests.create').includes('context.paths'));
    assert.ok(fields("'*'").includes('payload.channel'));
  });

  it('offers lists behind operators that take one, and roles that the file has', () => {
    const text = `lists:\n  payees: [a]\nroles:\n  boss: []\npolicies:\n  - match: { roles: @ }\n    when:\n      - { field: payload.to, equalsField: lists.# }\n`;
    const other = text.replace('#', '|').replace('@', 'boss');
    assert.equal(labelsAt(other)[0], 'lists.payees');
    assert.ok(completed(other, 'lists.payees').includes('equalsField: lists.payees }'));
    assert.deepEqual(labelsAt(text.replace('@', '|').replace('#', 'payees')), ['boss']);
  });

  it('offers values that the field was seen with', () => {
    const marked = ruleText('id: a', 'when:', '  - field: payload.base', '    equals: |');
    assert.deepEqual(labelsAt(marked, ENVIRONMENT), ['main', 'next']);
  });

  it('quotes what YAML would read as something else', () => {
    const globs = ruleText('id: a', 'when:', '  - field: context.paths', '    matches: |');
    assert.ok(completed(globs, '**/.env*').includes("matches: '**/.env*'"));
    const quoted = ruleText('id: a', 'when:', '  - field: context.paths', "    matches: '*|'");
    assert.ok(completed(quoted, '**/.env*').includes("matches: '**/.env*'\n"));
    assert.ok(
      completed(ruleText('id: a', 'obligations:', '  windows: [{ from: | }]'), '09:00').includes(
        "from: '09:00' }",
      ),
    );
  });

  it('says nothing in comments, in block texts and behind what is nowhere', () => {
    assert.deepEqual(labelsAt('version: 1 # |'), []);
    assert.deepEqual(labelsAt(ruleText('id: a', 'description: >', '  |')), []);
    assert.deepEqual(labelsAt('nowhere:\n  to: |'), []);
  });
});

describe('completePolicy, while a text is being written', () => {
  for (const [index, marked] of [
    'version: 1\npolicies:\n  - id: a\n    eff|\n  - id: b\n    effect: allow\n',
    'version: 1\npolicies:\n  - id: "a\n    eff|\n',
    'version: 1\npolicies:\n  - id: a\n    match: { tool: [\n    eff|\n',
    'version: 1\npolicies:\n- id: a\n  eff|\n',
    '{"policies": [{"id": "a", "eff|',
    'version: 1\r\npolicies:\r\n  - id: a\r\n    eff|\r\n',
  ].entries()) {
    it(`offers "effect" in broken text ${index + 1}`, () => {
      assert.ok(labelsAt(marked).includes('effect'));
    });
  }

  it('answers at every place of every half-written text', () => {
    for (const text of HALF_WRITTEN) {
      for (const [line, content] of text.split('\n').entries()) {
        for (let column = 0; column <= content.length; column++) {
          completePolicy(text, { line, column }, ENVIRONMENT);
        }
      }
    }
  });

  it('makes a policy better or leaves it as it is, wherever a key is taken', () => {
    const rule = ruleText('id: a', 'effect: allow', 'match:', '  tool: x', '|');
    for (const { label } of completionsAt(rule)) {
      const { issues } = parsePolicy(completed(rule, label).replace(/\s+$/, '\n'));
      assert.ok(!issues.some(({ code }) => code === 'syntax' || code === 'unknown-key'), label);
    }
  });

  it('never throws, at any position of any text', () => {
    const unit = fc.constantFrom(
      ...Array.from(' -:#[]{}"\'\n|,'),
      'policies',
      'when',
      'field',
      ': ',
      '\n  ',
      '- ',
    );
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 40 }),
        fc.nat(9),
        fc.nat(30),
        (text, line, column) => {
          completePolicy(text, { line, column });
        },
      ),
    );
  });

  it('takes its position from a marker in a text', () => {
    assert.deepEqual(atMarker('ab\nc|d'), { text: 'ab\ncd', position: { line: 1, column: 1 } });
  });
});
