import assert from 'node:assert/strict';

import { compileGlob, exportRego, globProblem, type NormalTest } from '@axtary/policy';
import fc from 'fast-check';

import { nestTest, type NestedList } from '../../src/export/rego/nested-lists.js';
import { regoGlobs } from '../../src/export/rego/rego-globs.js';
import { aRule, policyOf } from '../support.js';

const leaf = fc.constantFrom('a', 'b', 'c').map((field): NormalTest => ({ op: 'present', field }));
const { test: anyTest } = fc.letrec<{ test: NormalTest }>((tie) => ({
  test: fc.oneof(
    { maxDepth: 5 },
    leaf,
    tie('test').map((test): NormalTest => ({ op: 'not', test })),
    fc
      .tuple(fc.constantFrom('all', 'any'), fc.array(tie('test'), { maxLength: 3 }))
      .map(([op, tests]): NormalTest => ({ op, tests })),
  ),
}));

// What a leaf is: true, or not decided, which is its caution.
function value(field: string, caution: boolean): boolean {
  return field === 'c' ? caution : field === 'a';
}

function holds(test: NormalTest, caution: boolean): boolean {
  switch (test.op) {
    case 'all':
      return test.tests.every((each) => holds(each, caution));
    case 'any':
      return test.tests.some((each) => holds(each, caution));
    case 'not':
      return !holds(test.test, !caution);
    default:
      return 'field' in test && value(test.field, caution);
  }
}

function allHold(list: NestedList<boolean>): boolean {
  return list.every((each) => (typeof each === 'boolean' ? each : anyHolds(each)));
}

function anyHolds(list: NestedList<boolean>): boolean {
  return list.some((each) => (typeof each === 'boolean' ? each : allHold(each)));
}

function depthOf(list: NestedList<boolean>): number {
  return 1 + Math.max(0, ...list.map((each) => (typeof each === 'boolean' ? 0 : depthOf(each))));
}

describe('tests as lists in lists', () => {
  it('hold where the tests do, whatever is not decided', () => {
    const check = fc.property(anyTest, fc.boolean(), (test, caution) => {
      const { depth, of } = nestTest(test, caution, (each) => {
        const field = 'field' in each.leaf ? each.leaf.field : '';
        return value(field, each.caution) !== each.negated;
      });
      assert.equal(allHold(of), holds(test, caution));
      assert.equal(depth % 2, 0);
      assert.ok(depthOf(of) <= depth);
    });
    fc.assert(check, { numRuns: 2000 });
  });

  it('are refused where they are deeper than the module reads', () => {
    const field: NormalTest = { op: 'present', field: 'payload.x' };
    const pair = (test: NormalTest, at: number): NormalTest => ({
      op: at % 2 === 0 ? 'all' : 'any',
      tests: [test, field],
    });
    const deep = Array.from({ length: 30 }, (_, at) => at).reduce(pair, field);
    assert.throws(() => nestTest(deep, true, () => true), TypeError);
  });
});

describe('globs in Rego', () => {
  it('match what they match here', () => {
    const piece = fc.constantFrom('a', 'b', '*', 'a*b', '**', '.a', '', '(a+)$');
    const glob = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    const name = fc.stringMatching(/^[ab.\n]{0,4}$/);
    const text = fc.array(name, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    const check = fc.property(glob, text, (pattern, subject) => {
      fc.pre(globProblem(pattern) === undefined);
      const { names, patterns } = regoGlobs([pattern]);
      // ECMAScript before 2025 has the flag for the whole expression only.
      const matches = patterns.some((each) =>
        new RegExp(each.replace('(?s:', '(?:'), 's').test(subject),
      );
      assert.equal(names.includes(subject) || matches, compileGlob(pattern)(subject));
    });
    fc.assert(check, { numRuns: 5000 });
  });
});

describe('a policy in Rego', () => {
  it('reads as its rules do', () => {
    const policy = policyOf(
      aRule('open', { obligations: { maxRows: 5 } }),
      aRule('no-secrets', {
        effect: 'deny',
        description: 'secrets stay',
        when: [{ field: 'context.paths', matches: '**/.ENV*' }],
      }),
    );
    const { module, data } = exportRego(policy);
    assert.ok(
      module.includes(`# secrets stay
denying contains "no-secrets" if {
	matches_any("capability.tool", {"names": ["test.tool"], "patterns": []}, false, true)
	matches_any("context.paths", {"names": [], "patterns": [\`^(?s:(?:.*/)?\\.env[^/]*)$\`]}, true, true)
}
`),
    );
    assert.match(module, /# requires a limit of at most 5 rows\ndenying contains "open" if \{/);
    assert.match(module, /\nasking := set\(\)\n/);
    assert.deepEqual(data.policy.fields, ['capability.tool', 'payload.limit', 'context.paths']);
    assert.deepEqual(
      data.policy.rules.map(({ id, effect }) => [id, effect]),
      [
        ['open', 'allow'],
        ['no-secrets', 'deny'],
      ],
    );
  });

  it('leaves out rules that are only tried out', () => {
    const { module, data } = exportRego(policyOf(aRule('tried', { shadow: true })));
    assert.deepEqual(data.policy, { fields: [], rules: [] });
    assert.doesNotMatch(module, /tried/);
  });
});
