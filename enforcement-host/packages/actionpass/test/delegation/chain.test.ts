import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  Revocations,
  createKeyring,
  createRevocation,
  delegate,
  issueDelegation,
  type RevocationCheck,
} from '../../src/index.js';
import { NOW, SECONDS, clock, publicKey, signer } from '../support.js';
import {
  FOUR,
  JKT,
  ROOT,
  chainOf,
  changedAt,
  jwkOf,
  omit,
  otherSigner,
  tokensOf,
  verifyChain,
  type Narrower,
} from './support.js';

describe('a chain of delegations', () => {
  it('holds from the root to a leaf four hops below', async () => {
    const chain = await chainOf(FOUR);
    const verified = await verifyChain(tokensOf(chain), { presentedBy: JKT });
    assert.deepEqual(
      verified.chain,
      chain.map(({ claims }) => claims),
    );
    assert.equal(verified.leaf, verified.chain[4]);
    assert.deepEqual(verified.leaf.scope.tools, ['slack.post']);
    assert.equal(verified.leaf.exp, SECONDS + 300);
    assert.deepEqual(verified.leaf.delegation, {
      root: chain[0]?.jti,
      parent: chain[3]?.jti,
      depth: 4,
      hops: 0,
    });
  });

  it('may be of the root alone', async () => {
    const [root] = await chainOf([]);
    assert.ok(root);
    assert.deepEqual((await verifyChain([root.token])).leaf, root.claims);
  });

  it('may be signed by different keys of the issuer', async () => {
    const other = otherSigner();
    const [root] = await chainOf([]);
    assert.ok(root);
    const parent = await verifyChain([root.token]);
    const child = await delegate(other.signer, { parent, agent: 'agent:sub', jkt: JKT, clock });
    const keyring = createKeyring([jwkOf(publicKey), other.jwk]);
    assert.deepEqual(
      (await verifyChain([root.token, child.token], { keyring })).leaf,
      child.claims,
    );
  });

  const lengths = fc.integer({ min: 1, max: 4 });
  const narrower: fc.Arbitrary<Narrower> = fc.record(
    {
      ttlSeconds: fc.constantFrom(300, 600, 601),
      audience: fc.constantFrom(['host-1'], ['host-1', 'host-2'], ['host-1', 'host-3']),
      runtime: fc.constantFrom('codex-cli', 'claude-code'),
      scope: fc.record(
        {
          tools: fc.constantFrom(['slack.*'], ['slack.post'], ['slack.*', 'slack.post'], ['**']),
          resources: fc.constantFrom(['repo:example/**'], ['repo:example/web'], ['repo:*/**']),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );

  it('verifies whatever delegate has issued, and delegate issues nothing wider', async () => {
    let issued = 0;
    let refused = 0;
    const chains = fc.array(narrower, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(chains, async (narrowings) => {
        try {
          const chain = await chainOf(narrowings);
          const { leaf } = await verifyChain(tokensOf(chain));
          assert.equal(leaf.delegation.depth, narrowings.length);
          issued += 1;
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'DELEGATION_WIDENED');
          refused += 1;
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(issued > 20 && refused > 20, `${issued} issued, ${refused} refused`);
  });

  it('is refused with any one link left out, doubled or swapped', async () => {
    const tokens = tokensOf(await chainOf(FOUR));
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(4), fc.nat(4), async (kind, from, to) => {
        const [a, b] = [tokens[from], tokens[to]];
        assert.ok(a !== undefined && b !== undefined);
        const broken = [...tokens];
        // The end may be left out: that is the chain of an ancestor.
        if (kind === 1) broken.splice(from % 4, 1);
        else if (kind === 2) broken.splice(to, 0, a);
        else [broken[from], broken[to]] = [b, a];
        fc.pre(kind < 3 || from !== to);
        await assert.rejects(verifyChain(broken, { maxDepth: 16 }), {
          code: 'DELEGATION_INVALID',
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('the depth of a chain', () => {
  const deep = { ...ROOT, hops: 16, maxDepth: 16 };

  it('is at most 16, where verifier and issuer ask for that', async () => {
    const chain = await chainOf(
      Array.from({ length: 16 }, () => ({})),
      deep,
    );
    const { leaf } = await verifyChain(tokensOf(chain), { maxDepth: 16 });
    assert.equal(leaf.delegation.depth, 16);
    const tokens = [...tokensOf(chain), chain[16]?.token ?? ''];
    await assert.rejects(verifyChain(tokens, { maxDepth: 16 }), { code: 'DELEGATION_TOO_DEEP' });
  });

  it('is at most 4 by default, whatever the issuer allowed', async () => {
    const chain = await chainOf(
      Array.from({ length: 5 }, () => ({})),
      deep,
    );
    await verifyChain(tokensOf(chain).slice(0, 5));
    await assert.rejects(verifyChain(tokensOf(chain)), { code: 'DELEGATION_TOO_DEEP' });
  });

  it('is limited before anything is read', async () => {
    const garbage = Array.from({ length: 6 }, () => 'x');
    await assert.rejects(verifyChain(garbage), { code: 'DELEGATION_TOO_DEEP' });
  });

  it('is limited when the root is issued', async () => {
    for (const [hops, maxDepth] of [
      [5, 4],
      [17, 16],
      [1, 0],
    ] as const) {
      await assert.rejects(issueDelegation(signer, { ...ROOT, hops, maxDepth }), {
        code: 'DELEGATION_TOO_DEEP',
      });
    }
  });

  it('cannot be asked to be over 16', async () => {
    for (const maxDepth of [17, -1, 1.5, Number.NaN]) {
      await assert.rejects(verifyChain([], { maxDepth }), TypeError);
      await assert.rejects(issueDelegation(signer, { ...ROOT, maxDepth }), TypeError);
    }
  });
});

describe('a chain that no longer holds', () => {
  it('is refused when any link has expired, or was issued in the future', async () => {
    for (const index of [0, 1, 2, 3, 4]) {
      // Equality already counts as expired. Everything below ends no later, so it is this link's.
      const expired = await changedAt(index, () => ({ exp: SECONDS }));
      await assert.rejects(verifyChain(expired), { code: 'PASS_EXPIRED' });
      const early = await changedAt(index, () => ({ iat: SECONDS + 6 }));
      await assert.rejects(verifyChain(early), { code: 'PASS_NOT_YET_VALID' });
      await verifyChain(await changedAt(index, () => ({ iat: SECONDS + 5 })));
    }
  });

  it('ends with its shortest link', async () => {
    const tokens = tokensOf(await chainOf(FOUR));
    const at = (seconds: number) => ({ now: () => new Date(NOW.getTime() + seconds * 1000) });
    await verifyChain(tokens, { clock: at(299) });
    await assert.rejects(verifyChain(tokens, { clock: at(300) }), { code: 'PASS_EXPIRED' });
    await verifyChain(tokens.slice(0, 2), { clock: at(300) });
  });

  it('is refused when any link is revoked, and up to there it holds', async () => {
    const chain = await chainOf(FOUR);
    const tokens = tokensOf(chain);
    for (const [index, { jti }] of chain.entries()) {
      const record = await createRevocation({
        kind: 'delegation',
        value: jti,
        reason: 'the sub-agent misbehaved',
        by: 'user:ada@example.com',
        clock,
      });
      const revocations = new Revocations([record]);
      await assert.rejects(verifyChain(tokens, { revocations }), { code: 'PASS_REVOKED' });
      if (index === 0) continue;
      const above = await verifyChain(tokens.slice(0, index), { revocations });
      assert.equal(above.chain.length, index);
    }
  });

  it('asks about every link by claims and key, and fails where it cannot know', async () => {
    const chain = await chainOf(FOUR);
    const asked: string[] = [];
    const revocations: RevocationCheck = {
      problem({ jti }, kid) {
        assert.equal(kid, signer.kid);
        asked.push(jti);
        return undefined;
      },
    };
    await verifyChain(tokensOf(chain), { revocations });
    assert.deepEqual(
      asked,
      chain.map(({ jti }) => jti),
    );
    const broken: RevocationCheck = { problem: () => Promise.reject(new Error('disk')) };
    await assert.rejects(verifyChain(tokensOf(chain), { revocations: broken }), /disk/);
  });

  it('is refused by whom it is not for', async () => {
    const tokens = tokensOf(await chainOf(FOUR));
    await assert.rejects(verifyChain(tokens, { audience: 'host-2' }), {
      code: 'PASS_AUDIENCE_MISMATCH',
    });
    await verifyChain(tokens.slice(0, 3), { audience: 'host-2' });
    const anyone = await issueDelegation(signer, omit(ROOT, 'audience'));
    await verifyChain([anyone.token], { audience: 'host-9' });
  });

  it('is refused when presented with another key than that of the leaf', async () => {
    const tokens = tokensOf(await chainOf(FOUR));
    await assert.rejects(verifyChain(tokens, { presentedBy: 'B'.repeat(43) }), {
      code: 'DPOP_KEY_MISMATCH',
    });
  });
});
