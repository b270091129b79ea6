import assert from 'node:assert/strict';
import { join } from 'node:path';

import fc from 'fast-check';

import { LedgerIndex, type Attribute, type RecordFilter } from '../../src/index.js';
import { inFolder } from '../support.js';
import { anyContents } from './contents.js';
import { LedgerFiles } from './ledger-files.js';
import { naiveQuery } from './naive.js';

const BEGIN = Date.parse('2026-01-02T03:04:05.678Z');
const agents = ['agent:a', 'agent:b', 'agent:ä"\\', 'agent:__proto__', 'agent:toString', 'agent:z'];
const some = (words: readonly string[]): fc.Arbitrary<string[]> =>
  fc.subarray([...words], { minLength: 0 });
const allMembers: fc.Arbitrary<Required<RecordFilter>> = fc.record({
  since: fc.oneof(fc.constant(BEGIN), fc.integer({ min: BEGIN, max: BEGIN + 200_000 })),
  until: fc.integer({ min: BEGIN, max: BEGIN + 300_000 }),
  types: some(['decision', 'approval', 'pass', 'intent', 'outcome', 'genesis', 'no such']),
  verdicts: some(['allow', 'deny', 'step_up']),
  statuses: some(['executed', 'unknown', 'reconciled', 'denied']),
  agents: some(agents),
  humans: some(agents.map((agent) => agent.replace('agent:', 'user:'))),
  tools: some(['a', 'b', '__proto__', 'toString', '\u2028\u{1F600}', 'slack.post']),
  tasks: some(['a', 'b', '__proto__', 'ä"\\']),
  rules: some(['a', 'r1', '__proto__', 'ä"\\']),
  decisionId: fc
    .tuple(fc.nat({ max: 26 }), fc.constantFrom('', 'b'))
    .map(([n, again]) => `dec_${n}${again}`),
  text: fc.constantFrom(
    'a',
    'BECAUSE',
    'über "',
    '"',
    '\\',
    'n',
    '\n',
    'needle',
    'rule',
    '3',
    'Ä"',
    '\u{1F600}',
    '',
  ),
});
/** Few members: of many, nothing would be left. */
const anyFilter: fc.Arbitrary<RecordFilter> = fc
  .tuple(allMembers, fc.array(fc.nat(), { maxLength: 2 }))
  .map(([members, chosen]) => {
    const all = Object.entries(members);
    return Object.fromEntries(
      chosen.flatMap((n) => all.slice(n % all.length, (n % all.length) + 1)),
    );
  });
const anyGroup = fc.constantFrom<Attribute>('task', 'agent', 'tool', 'verdict', 'type');

describe('an index over any ledger', function () {
  this.timeout(60_000);

  it('finds, groups and counts what a plain scan of all records does', () =>
    inFolder(async (folder) => {
      let n = 0;
      const cut = fc.integer({ min: 1, max: 20 });
      const queries = fc.array(fc.tuple(anyFilter, anyGroup), { minLength: 5, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(anyContents, cut, queries, async (contents, size, asked) => {
          const files = new LedgerFiles(join(folder, `${n++}`));
          const index = new LedgerIndex({ source: files, folder: files.index, cacheBytes: 1 });
          for (let from = 0; from < contents.length; from += size) {
            if (from > 0) await files.seal();
            await files.append(contents.slice(from, from + size));
            // Sometimes the index has seen the file before it is sealed.
            if (from % 2 === 0) await index.snapshot();
          }
          const again = new LedgerIndex({ source: files, folder: files.index });
          for (const [filter, group] of asked) {
            const wanted = naiveQuery(files.records, { filter, group });
            for (const one of [index, again]) {
              const found = await one.query({ filter, group, spans: 7 });
              assert.deepEqual([...found.seqs], wanted.seqs);
              assert.deepEqual(found.groups, wanted.groups);
              assert.equal(found.size, files.records.length);
              assert.ok(found.isWhole && found.timeline.spans.length <= 7);
              const sums = { allow: 0, deny: 0, step_up: 0, other: 0 };
              for (const span of found.timeline.spans) {
                for (const [kind, count] of Object.entries(span)) {
                  sums[kind as keyof typeof sums] += count as number;
                }
              }
              assert.deepEqual(sums, wanted.verdicts);
            }
          }
          const seqs = files.records.map(({ seq }) => seq);
          const records = await again.records([...seqs, seqs.length]);
          assert.deepEqual(
            seqs.map((seq) => records.get(seq)?.record),
            files.records,
          );
          const leaves = Buffer.from(await again.leaves(1, seqs.length)).toString('hex');
          assert.equal(
            leaves,
            files.leaves
              .slice(1)
              .map((leaf) => leaf.slice(7))
              .join(''),
          );
          await files.remove();
        }),
        { numRuns: 120 },
      );
    }));
});
