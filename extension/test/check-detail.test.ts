import assert from 'node:assert/strict';

import { checkDetail } from '../src/approver/check-detail.js';
import { sha256 } from '../src/approver/digest.js';
import { demoDetail } from './support/demo.js';

describe('checking what is about to be signed', () => {
  it('accepts a request whose texts and hashes belong together', () => {
    assert.doesNotThrow(() => {
      checkDetail(demoDetail(), 'apr_1');
    });
  });

  const other = JSON.stringify({ path: 'src/other.ts' });
  const otherAction = JSON.stringify({ capability: { payload: { path: '/etc/passwd' } } });
  const refused = {
    'another request': { id: 'apr_2' },
    'a payload that its hash does not name': { payloadText: other },
    'an action that its hash does not name': { actionText: otherAction },
    "a payload with a fitting hash that is not the action's": {
      payloadText: other,
      payloadHash: sha256(other),
    },
    'an action with a fitting hash that has another payload': {
      actionText: otherAction,
      actionHash: sha256(otherAction),
    },
    'an action that is not JSON': { actionText: '{', actionHash: sha256('{') },
    'an action without a capability': { actionText: 'null', actionHash: sha256('null') },
    'another tool than the action has': { tool: 'mcp.files.read' },
    'another resource than the action has': { resource: 'mcp://files/read' },
  } as const;
  for (const [what, change] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => {
          checkDetail(demoDetail(change), 'apr_1');
        },
        { code: 'REVIEW_MISMATCH' },
      );
    });
  }

  it('is not fooled by a payload that only looks equal through its prototype', () => {
    const text = '{"__proto__":{"content":"x","path":"src/app.ts"}}';
    assert.throws(
      () => {
        checkDetail(demoDetail({ payloadText: text, payloadHash: sha256(text) }), 'apr_1');
      },
      { code: 'REVIEW_MISMATCH' },
    );
  });
});
