import assert from 'node:assert/strict';

import { parseAction } from '@axtary/core';
import fc from 'fast-check';

import { digestsOf, issuePass, passClaimsSchema, type IssueOptions } from '../src/index.js';
import { ISSUER, NOW, allowedAction, signer, verdictOf } from './support.js';

const holder = 'A'.repeat(43);
const uri = 'https://issuer.example/status/1';

function options(changes: Partial<IssueOptions>): IssueOptions {
  const parsed = parseAction(allowedAction());
  return {
    parsed,
    digests: digestsOf(parsed),
    policyHash: `sha256:${'a'.repeat(64)}`,
    decisionId: 'dec_01',
    obligations: {},
    issuer: ISSUER,
    now: NOW,
    ...changes,
  };
}

describe('the status of a pass', () => {
  it('is the claim of a Referenced Token, for any index', () =>
    fc.assert(
      fc.asyncProperty(fc.maxSafeNat(), async (idx) => {
        const { claims, token } = await issuePass(
          signer,
          options({ holder, status: { idx, uri } }),
        );
        assert.equal(claims.ver, 1);
        assert.deepEqual(claims.status, { status_list: { idx, uri } });
        assert.equal(await verdictOf(token, { presentedBy: holder }), 'valid');
      }),
      { numRuns: 20 },
    ));

  it('is absent where none is given', async () => {
    const { claims } = await issuePass(signer, options({ holder }));
    assert.ok(!('status' in claims));
  });

  it('needs a holder: version 0 has none', async () => {
    await assert.rejects(issuePass(signer, options({ status: { idx: 0, uri } })), TypeError);
  });

  for (const status of [
    { idx: -1, uri },
    { idx: 0.5, uri },
    { idx: Number.MAX_SAFE_INTEGER + 1, uri },
    { idx: 0, uri: '' },
  ]) {
    it(`is refused as ${JSON.stringify(status)}, by issuers and verifiers`, async () => {
      await assert.rejects(issuePass(signer, options({ holder, status })), TypeError);
      const { claims } = await issuePass(signer, options({ holder }));
      const forged = { ...claims, status: { status_list: status } };
      assert.ok(!passClaimsSchema.safeParse(forged).success);
    });
  }
});
