import assert from 'node:assert/strict';

import type { PolicySymbol, Simulation } from '@axtary/protocol';

import { decisionSource } from '../src/language/decision-source.js';
import { ofRule } from '../src/model/ledger-filter.js';
import { testSymbols } from '../src/policy-tests/test-symbols.js';
import { kindOf } from '../src/policy/policy-name.js';
import { panelImpact, panelSimulation } from '../src/simulation/answers.js';
import { demoItem, demoSummary } from './support/demo.js';

describe('what a file is to us', () => {
  const tests = 'policy: axtary.yml\ntests:\n  - name: a\n    expect: deny\n';
  const files = [
    ['/ws/axtary.yml', '', 'policy'],
    ['/ws/draft-1.axtary.yml', '', 'policy'],
    ['/ws/axtary.test.yml', '', 'tests'],
    ['/ws/strict.axtary.test.yml', '', 'tests'],
    ['/ws/policies/read-only.test.yml', tests, 'tests'],
    ['/ws/policies/flow.test.yml', 'tests: [{ name: a, expect: deny }]', 'tests'],
    ['/ws/venom.test.yml', 'name: other tool\ntestcases: []\n', undefined],
    ['/ws/other.test.yml', 'tests:\n  - run: make\n', undefined],
    ['/ws/notaxtary.yml', '', undefined],
    ['/ws/config.yml', tests, undefined],
  ] as const;
  for (const [path, text, kind] of files) {
    it(`takes ${path} for ${kind ?? 'nothing of ours'}`, () => {
      assert.equal(
        kindOf(path, () => text),
        kind,
      );
    });
  }
});

describe('decision behind what a menu hands over', () => {
  const places = { folderOfApproval: () => ({ folder: '/ws' }) };

  it('is the record itself, where it is a decision', () => {
    const item = demoItem(4, { verdict: 'deny' });
    assert.deepEqual(decisionSource({ kind: 'record', folder: '/ws', item }, places), {
      folder: '/ws',
      decisionSeq: 4,
    });
    assert.equal(decisionSource({ folder: '/ws', item: demoItem(5) }, places), undefined);
  });

  it('is the decision among the records of a call', () => {
    const records = [demoItem(1), demoItem(2, { verdict: 'allow' }), demoItem(3)];
    const call = { kind: 'in-folder', folder: '/ws', node: { kind: 'call', records } };
    assert.deepEqual(decisionSource(call, places), { folder: '/ws', decisionSeq: 2 });
  });

  it('is what a request waits for', () => {
    assert.deepEqual(decisionSource(demoSummary(), places), {
      folder: '/ws',
      approvalId: 'apr_1',
    });
  });

  it('is not there in anything else', () => {
    for (const other of [
      undefined,
      null,
      'x',
      {},
      { folder: '/ws' },
      { folder: '/ws', node: {} },
    ]) {
      assert.equal(decisionSource(other, places), undefined);
    }
  });
});

describe('ledger confined to a rule', () => {
  it('keeps every record of the calls that the rule had a say in', () => {
    const items = [
      demoItem(5, { decisionId: 'b' }),
      demoItem(4, { decisionId: 'b', rules: ['other'] }),
      demoItem(3, { decisionId: 'a' }),
      demoItem(2, { decisionId: 'a', rules: ['mine', 'other'] }),
      demoItem(1),
    ];
    const confined = ofRule({ items, size: 5 }, 'mine');
    assert.deepEqual(
      confined.items.map(({ seq }) => seq),
      [3, 2],
    );
    assert.equal(confined.size, 5);
  });
});

describe('tests of a file', () => {
  const range = { start: { line: 0, column: 0 }, end: { line: 0, column: 1 } };

  function leaf(kind: string, name: string): PolicySymbol['children'][number] {
    return { kind, name, detail: '', range, nameRange: range };
  }

  it('are found wherever the outline has them, each with an id of its own', () => {
    const symbols = [
      { ...leaf('section', 'tests'), children: [leaf('test', 'b')] },
      { ...leaf('test', 'b'), children: [] },
      { ...leaf('test', 'c'), children: [] },
    ];
    assert.deepEqual(
      testSymbols(symbols).map(({ id, name }) => [id, name]),
      [
        ['b', 'b'],
        ['b#1', 'b'],
        ['c', 'c'],
      ],
    );
  });
});

describe('what the panel shows of an answer', () => {
  const nothing: Simulation = { issues: [], rules: [], engines: [], agree: false };

  it('is the problem, or the first error of the draft, where nothing was decided', () => {
    assert.deepEqual(panelSimulation({ ...nothing, problem: 'gone' }, undefined), {
      status: 'failed',
      message: 'gone',
    });
  });

  it('names what executing would still need', () => {
    const shown = panelSimulation(
      {
        ...nothing,
        decision: {
          decision: 'step_up',
          reasons: [],
          obligations: {
            approvals: [{ count: 2, roles: ['owner', 'lead'] }, { count: 1 }],
            passTtlSeconds: 60,
          },
          usage: [{ meter: 'posts.rate.0', amount: 1 }],
        },
      },
      undefined,
    );
    assert.deepEqual(shown.status === 'done' && shown.needs, [
      'Needs 2 approvals with the role owner or lead.',
      'Needs 1 approval.',
      'The pass lives 60 s at most.',
      'Uses 1 of posts.rate.0.',
    ]);
  });

  it('has each past action with what it was and what it would be', () => {
    const said = { decision: 'allow', rules: ['a'], reasons: [] } as const;
    const impact = panelImpact({
      considered: 1,
      missingPayloads: 2,
      newlyAllowed: 0,
      newlyDenied: 1,
      newlyAsked: 0,
      isCancelled: false,
      changes: [
        {
          seq: 9,
          time: 't',
          tool: 'mcp.tool.call',
          resource: 'mcp:fs/write',
          agent: 'agent:a',
          before: { ...said, rules: ['a'], reasons: [] },
          after: { decision: 'deny', rules: ['b'], reasons: [{ rule: 'b', message: 'no' }] },
        },
      ],
    });
    assert.equal(impact.status === 'done' && impact.missing, 2);
    assert.equal(impact.status === 'done' && impact.changes[0]?.title, 'mcp:fs/write');
    assert.deepEqual(impact.status === 'done' && impact.changes[0]?.reasons, [
      { rule: 'b', message: 'no' },
    ]);
  });
});
