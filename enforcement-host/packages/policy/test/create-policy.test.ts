import assert from 'node:assert/strict';

import { createPolicy, parsePolicy, PolicyError, type PolicyDocumentInput } from '@axtary/policy';

import { aRule } from './support.js';

const MALFORMED: readonly [document: unknown, message: RegExp][] = [
  [undefined, /not a policy: expected a mapping/],
  [{ version: 2 }, /version: expected 1/],
  [{ version: 1, policies: [aRule('A')] }, /policies\.0\.id: expected a kebab-case id/],
  [{ version: 1, policies: [aRule('a'), aRule('a')] }, /policies\.1\.id: "a" is already taken/],
  [{ version: 1, policies: [aRule('pr-open')] }, /"pr-open" is already taken/],
  [{ version: 1, human: 'user:\ud800' }, /not a policy/],
];

describe('createPolicy', () => {
  it('throws POLICY_MALFORMED for what is no policy', () => {
    for (const [document, message] of MALFORMED) {
      assert.throws(
        () => createPolicy(document as PolicyDocumentInput),
        (error) =>
          error instanceof PolicyError &&
          error.code === 'POLICY_MALFORMED' &&
          message.test(error.message),
      );
    }
  });

  it('makes a policy whose text is read back as the same policy', () => {
    const made = createPolicy({ version: 1, policies: [aRule('a', { when: undefined })] });
    const { policy } = parsePolicy(made.text);
    assert.deepEqual(policy?.document, JSON.parse(made.text));
    assert.deepEqual(policy?.rules.length, made.rules.length);
    assert.equal(policy?.text, made.text);
  });

  it('says of each rule whether the preset or the document brings it', () => {
    const { rules } = createPolicy({ version: 1, policies: [aRule('a')] });
    assert.deepEqual(new Set(rules.slice(0, -1).map(({ origin }) => origin)), new Set(['preset']));
    assert.equal(rules.at(-1)?.origin, 'file');
  });

  it('is not changed by what happens to the document afterwards', () => {
    const rule = aRule('a', { match: { tool: ['x'] } });
    const { document } = createPolicy({ version: 1, preset: 'none', policies: [rule] });
    (rule.match.tool as string[]).push('**');
    assert.deepEqual(document.policies[0]?.match.tool, ['x']);
  });
});
