import assert from 'node:assert/strict';

import { parsePolicy } from '@axtary/policy';

import { cpuTime } from './support.js';

// The aim is 50 ms; a busy machine takes a few times as long, a blow-up thousands of times.
const TOLERATED_MS = 500;

const HOSTILE: Readonly<Record<string, string>> = {
  'aliases that multiply': `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]`,
  'a megabyte of open lists': '['.repeat(1_000_000),
  'a megabyte of open mappings': '{a: '.repeat(250_000),
  'a megabyte of nested lists': '- '.repeat(500_000),
  'a megabyte of nested keys': '? '.repeat(500_000),
  '65 levels of lists': `a: ${'['.repeat(65)}${']'.repeat(65)}`,
  '300 levels of mappings': Array.from(
    { length: 300 },
    (_, depth) => `${' '.repeat(depth)}a:`,
  ).join('\n'),
  '80,000 keys': Array.from({ length: 80_000 }, (_, index) => `k${index}: 1`).join('\n'),
  'half a million elements': `a: [${'1,'.repeat(500_000)}]`,
  '10 MB': 'a: 1\n'.repeat(2_000_000),
  'a megabyte of empty lines': '\n'.repeat(1_000_000),
  'a megabyte of carriage returns': '\r'.repeat(1_000_000),
  'a megabyte of spaces': ' '.repeat(1_000_000),
  'a megabyte of tags': '! '.repeat(500_000),
  'a megabyte of anchors': '&a '.repeat(330_000),
  'a quarter of a million documents': '---\n'.repeat(250_000),
  'a megabyte without a break': 'a'.repeat(1_000_000),
  'a megabyte of quoted lines': `"${'a\n'.repeat(500_000)}"`,
};

describe('parsePolicy, given hostile texts', () => {
  for (const [name, text] of Object.entries(HOSTILE)) {
    it(`refuses ${name}, before it can hold anything up`, () => {
      const costs = [1, 2, 3].map(() =>
        cpuTime(() => {
          const { policy, issues } = parsePolicy(text);
          assert.equal(policy, undefined);
          assert.ok(issues.length > 0 && issues.length <= 100);
        }),
      );
      assert.ok(Math.min(...costs) <= TOLERATED_MS, `${costs.join(', ')} ms`);
    });
  }
});
