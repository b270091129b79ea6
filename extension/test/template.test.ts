import assert from 'node:assert/strict';

import { parsePolicy } from '@axtary/policy';

import { POLICY_TEMPLATE } from '../src/policy/template.js';

describe('template of a policy', () => {
  it('is a policy as it stands', () => {
    assert.deepEqual(parsePolicy(POLICY_TEMPLATE).issues, []);
  });

  it('is a policy too with its examples switched on', () => {
    const examples = POLICY_TEMPLATE.replace(/^# (?=servers:|policies:| )/gm, '');
    assert.match(examples, /^servers:\n {2}filesystem:/m);
    assert.match(examples, /^policies:\n {2}- id:/m);
    assert.deepEqual(parsePolicy(examples).issues, []);
  });
});
