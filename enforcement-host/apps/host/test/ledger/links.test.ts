import assert from 'node:assert/strict';

import type { LedgerAction, RecordOf } from '@axtary/ledger';

import { linksOf } from '../../src/ledger/links.js';

function action(resource: string, paths: string[] = []): LedgerAction {
  return {
    id: 'act_1',
    actor: { agent: 'agent:a', human: 'user:h', tenant: 'org:t', runtime: 'r' },
    intent: { task: 't', summary: 's' },
    capability: { tool: 'x', resource, constraints: {} },
    context: { source: 'mcp', paths },
  };
}

function outcome(text: string): RecordOf<'outcome'> {
  const hash = `sha256:${'0'.repeat(64)}` as const;
  return {
    v: 1,
    log: `log_${'l'.repeat(22)}`,
    seq: 3,
    prev: hash,
    ts: '2026-01-02T03:04:05.678Z',
    boot: `boot_${'b'.repeat(22)}`,
    mono: 1,
    type: 'outcome',
    body: { intentId: 'int_1', status: 'executed', result: { text } },
  };
}

describe('links of a record', () => {
  it('lead to pages of providers that are known, each once, without query and fragment', () => {
    const pages = [
      ['pull_request', 'o/r#12', 'https://github.com/o/r/pull/12'],
      ['issue', 'o/r#7', 'https://github.com/o/r/issues/7'],
      ['commit', 'o/r@0123456', 'https://github.com/o/r/commit/0123456789abcdef'],
      [
        'message',
        'message in C024BE91L',
        'https://acme.slack.com/archives/C024BE91L/p1700000000123456',
      ],
      ['issue', 'AXT-418', 'https://linear.app/acme/issue/AXT-418/fix-it'],
      ['document', 'Google document', 'https://docs.google.com/document/d/1a2b3c4d5e6f7g/edit'],
      ['document', 'Notion page', `https://www.notion.so/acme/Plan-${'0a'.repeat(16)}`],
      [
        'document',
        'Confluence page in ENG',
        'https://acme.atlassian.net/wiki/spaces/ENG/pages/1/P+x',
      ],
    ] as const;
    const text = JSON.stringify(pages.map(([, , target]) => `${target}?a=b#c`));
    const links = linksOf(action('see https://github.com/o/r/pull/12.'), outcome(text));
    assert.deepEqual(
      links,
      pages.map(([kind, label, target]) => ({ kind, label, target })),
    );
  });

  it('lead nowhere else, whatever a text looks like', () => {
    const addresses = [
      'http://github.com/o/r/pull/1',
      'https://github.com.evil.example/o/r/pull/1',
      'https://evil.example/github.com/o/r/pull/1',
      'https://github.com@evil.example/o/r/pull/1',
      'https://user:pass@github.com/o/r/pull/1',
      'https://github.com:8443/o/r/pull/1',
      'https://github.com./o/r/pull/1',
      'https://gıthub.com/o/r/pull/1',
      'https://github.com/o/r/pull/1/../../../../evil',
      'https://github.com/o/r/pull/1%0ajavascript:alert(1)',
      'https://evilslack.com/archives/C1/p1700000000123456',
      'https://a.b.slack.com/archives/C1/p1700000000123456',
      'https://slack.com/archives/C1/p1700000000123456',
      'javascript:alert(1)//https://',
      'https://',
      'https://[::1',
      'command:workbench.action.terminal.new',
    ];
    for (const address of addresses) {
      assert.deepEqual(linksOf(action(address), outcome(address)), [], address);
    }
  });

  it('lead to files inside the workspace only', () => {
    const paths = [
      'src/a.ts',
      'a b.txt',
      '/etc/passwd',
      '../x',
      'a/../../x',
      'C:\\x',
      '\\\\h\\s',
      'a\0b',
      'a\\..\\b',
    ];
    assert.deepEqual(
      linksOf(action('r', paths), undefined).map(({ kind, target }) => [kind, target]),
      [
        ['file', 'src/a.ts'],
        ['file', 'a b.txt'],
      ],
    );
    assert.deepEqual(linksOf(undefined, undefined), []);
  });
});
