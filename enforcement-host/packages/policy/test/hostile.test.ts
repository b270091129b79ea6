import assert from 'node:assert/strict';

import { parsePolicy } from '@axtary/policy';

import { cpuTime } from './support.js';

// The aim is 50 ms; a busy machine takes a few times as long, a blow-up thousands of times.
const TOLERATED_MS = 500;

const RULE = 'version: 1\npolicies:\n- id: a\n  effect: deny\n  match: { tool: t }\n  ';

function thousand(text: (at: number) => string): string {
  return Array.from({ length: 1000 }, (_, at) => text(at)).join(', ');
}

function nested(levels: number): string {
  const inner = levels === 0 ? '{ field: payload.a, mx: 1 }' : nested(levels - 1);
  return `{ any: [${inner}, ${inner}] }`;
}

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
  'conditions in conditions in conditions': `${RULE}when: [${nested(12)}]`,
  'a megabyte of nested conditions': `${RULE}when: [${'{ any: ['.repeat(125_000)}`,
  'a role of 1000 that one rule names 1000 times': `version: 1
roles: { dev: [${thousand((at) => `"user:*${at}"`)}] }
policies: [{ id: a, effect: deny, match: { tool: t, roles: [${thousand(() => 'dev')}] } }]`,
  'a list of 1000 in 1000 conditions': `version: 1
lists: { known: [${thousand((at) => `"*${at}"`)}] }
policies: [{ id: a, effect: deny, match: { tool: t }, when: [{ any: [
${thousand(() => '{ field: payload.a, matchesField: lists.known }')}] }] }]`,
  'a list of a hundred thousand': `version: 1\nlists: { known: [${'a,'.repeat(99_000)}] }`,
  '1000 lists that nobody knows': `${RULE}when: [${thousand((at) => `{ field: payload.a, allInField: lists.l${at} }`)}]`,
  '1000 time zones that are none': `${RULE}when: [${thousand((at) => `{ window: { timeZone: Mars/A${at} } }`)}]`,
  'a time zone of a megabyte': `${RULE}when: [{ window: { timeZone: ${'a'.repeat(1_000_000)} } }]`,
  'a thousand globs of many stars': `${RULE}when: [{ field: payload.a, matches: [${thousand(() => `"${'*a'.repeat(250)}**"`)}] }]`,
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
