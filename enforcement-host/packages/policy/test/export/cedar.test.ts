import assert from 'node:assert/strict';

import { cedarProgram, exportCedar } from '@axtary/policy';

import { aRule, policyOf } from '../support.js';

describe('a policy in Cedar', () => {
  it('reads as its rules do', () => {
    const policy = policyOf(
      aRule('open', { obligations: { maxRows: 5 } }),
      aRule('no-secrets', {
        effect: 'deny',
        description: 'secrets stay',
        when: [{ field: 'context.paths', matches: ['**/.env*', 'SRC/*/x'] }],
      }),
    );
    const { policies, patterns, schema } = exportCedar(policy);
    assert.match(policies, /^\/\/ secrets stay\n@id\("no-secrets"\)\n@effect\("deny"\)\nforbid /m);
    assert.match(policies, /any\.contains\("\*\*\/\.env\* \| SRC\/\*\/x \(any case\)"\)/);
    assert.match(policies, /^@id\("open#maxRows"\)\n@rule\("open"\)\n@obligation\("maxRows"\)$/m);
    assert.match(patterns, /context\.folded\.tail0 like "\.env\*"/);
    assert.match(patterns, /context\.folded\.segments == 3 && .*text like "src\/\*\/x"/);
    assert.match(schema, /"context\.paths": \{ .*any: Set<String>/);
  });

  it('compares names without a pattern', () => {
    const { policies, patterns } = exportCedar(policyOf(aRule('open')));
    assert.match(policies, /texts\.contains\("test\.tool"\)/);
    assert.equal(patterns, '');
  });

  it('has a policy for each obligation, also for two of a kind', () => {
    const rate = { max: 1, windowSeconds: 60, per: ['agent' as const] };
    const { normalRules } = policyOf(aRule('open', { obligations: { rates: [rate, rate] } }));
    const ids = Object.keys(cedarProgram(normalRules).policies);
    assert.deepEqual(ids, ['open', 'open#rates', 'open#rates.2']);
  });

  it('tells patterns apart that read alike', () => {
    const { normalRules } = policyOf(
      aRule('one', { when: [{ field: 'payload.x', matches: ['a*', 'b*'] }] }),
      aRule('two', { when: [{ field: 'payload.x', matches: ['a* | b*'] }] }),
    );
    const ids = Object.keys(cedarProgram(normalRules).patterns);
    assert.deepEqual(ids, ['a* | b*', 'a* | b* #2']);
  });

  it('shortens the names of long lists of globs', () => {
    const globs = Array.from({ length: 100 }, (_, at) => `folder-${at}/*`);
    const { normalRules } = policyOf(
      aRule('one', { when: [{ field: 'payload.x', matches: globs }] }),
    );
    const [id = ''] = Object.keys(cedarProgram(normalRules).patterns);
    assert.match(id, /… \(100 globs\)$/);
    assert.ok(id.length < 270);
  });
});
