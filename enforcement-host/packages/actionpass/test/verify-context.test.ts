import assert from 'node:assert/strict';

import {
  Revocations,
  createRevocation,
  type RevocationKind,
  type SingleUseStore,
} from '../src/index.js';
import { SECONDS, clock, passWith, signer, validPass, verdictOf, verify } from './support.js';
import { boundTo, freshSigner } from './keys/support.js';

const holder = freshSigner();
const presentedBy = holder.kid;

/** Remembers keys for ever, and what it was asked. */
class RecordingStore implements SingleUseStore {
  readonly asked: { readonly key: string; readonly expiresAt: Date }[] = [];
  readonly #used = new Set<string>();

  use(key: string, expiresAt: Date): Promise<boolean> {
    this.asked.push({ key, expiresAt });
    const isFirst = !this.#used.has(key);
    this.#used.add(key);
    return Promise.resolve(isFirst);
  }
}

async function revoked(kind: RevocationKind, value: string): Promise<Revocations> {
  const record = await createRevocation({ kind, value, reason: 'leaked', by: 'user:ada', clock });
  return new Revocations([record]);
}

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The same pass with the one other signature that ES256 takes for it. */
function negated(token: string): string {
  const at = token.lastIndexOf('.') + 1;
  const raw = Buffer.from(token.slice(at), 'base64url');
  const s = ORDER - BigInt(`0x${raw.subarray(32).toString('hex')}`);
  raw.write(s.toString(16).padStart(64, '0'), 32, 'hex');
  return token.slice(0, at) + raw.toString('base64url');
}

describe('the audience of a pass', () => {
  it('must be the verifier, where the pass names one', async () => {
    const pass = await passWith({ ...boundTo(holder), aud: ['https://a.test', 'https://b.test'] });
    const asked = (audience?: string) =>
      verdictOf(pass, { presentedBy, ...(audience === undefined ? {} : { audience }) });
    assert.equal(await asked('https://b.test'), 'valid');
    assert.equal(await asked('https://c.test'), 'PASS_AUDIENCE_MISMATCH');
    assert.equal(await asked('https://a.test/'), 'PASS_AUDIENCE_MISMATCH');
    assert.equal(await asked('HTTPS://A.TEST'), 'PASS_AUDIENCE_MISMATCH');
    assert.equal(await asked(''), 'PASS_AUDIENCE_MISMATCH');
    assert.equal(await asked(), 'PASS_AUDIENCE_MISMATCH');
  });

  it('is anybody where the pass names none', async () => {
    const audience = 'https://a.test';
    const { token } = await validPass();
    assert.equal(await verdictOf(token, { audience }), 'valid');
    const bound = await passWith(boundTo(holder));
    assert.equal(await verdictOf(bound, { audience, presentedBy }), 'valid');
  });

  for (const aud of ['https://a.test', [], [''], [1], ['a', null], {}]) {
    it(`is malformed as ${JSON.stringify(aud)}`, async () => {
      const pass = await passWith({ ...boundTo(holder), aud });
      assert.equal(await verdictOf(pass, { audience: 'https://a.test' }), 'PASS_MALFORMED');
    });
  }
});

describe('a revoked pass', () => {
  it('is refused by jti, agent, task, key and time of issue', async () => {
    const { token, claims } = await validPass();
    for (const [kind, value] of [
      ['pass', claims.jti],
      ['agent', claims.sub],
      ['task', claims.task],
      ['key', signer.kid ?? ''],
      ['all', new Date(claims.iat * 1000).toISOString()],
    ] as const) {
      const result = await verify(token, { revocations: await revoked(kind, value) });
      assert.ok(!result.valid && result.code === 'PASS_REVOKED', kind);
      assert.match(result.message, /user:ada: leaked/);
    }
  });

  it('is refused by the delegation it was issued under, the first or the last', async () => {
    const delegation = { parent: 'dlg_3', root: 'dlg_1', depth: 2 };
    const pass = await passWith({ ...boundTo(holder), delegation });
    for (const [jti, verdict] of [
      ['dlg_1', 'PASS_REVOKED'],
      ['dlg_3', 'PASS_REVOKED'],
      ['dlg_4', 'valid'],
    ] as const) {
      const revocations = await revoked('delegation', jti);
      assert.equal(await verdictOf(pass, { revocations, presentedBy }), verdict);
    }
  });

  it('is not confused with others', async () => {
    const { token, claims } = await validPass();
    for (const [kind, value] of [
      ['pass', claims.sub],
      ['agent', claims.jti],
      ['task', `${claims.task} `],
      ['key', holder.kid],
      ['delegation', 'dlg_1'],
      ['all', new Date((SECONDS - 1) * 1000).toISOString()],
    ] as const) {
      assert.equal(await verdictOf(token, { revocations: await revoked(kind, value) }), 'valid');
    }
  });

  it('goes by the key that verified it, not by the one it names', async () => {
    const { token } = await validPass();
    const { publicJwk = holder.publicJwk } = signer;
    const revocations = await revoked('key', signer.kid ?? '');
    const options = { revocations, verificationKey: { ...publicJwk, kid: 'harmless' } };
    assert.equal(await verdictOf(token, options), 'PASS_REVOKED');
  });

  it('makes the verifier reject where revocation cannot be known', async () => {
    const { token } = await validPass();
    const revocations = { problem: () => Promise.reject(new RangeError('no store')) };
    await assert.rejects(verify(token, { revocations }), RangeError);
  });
});

describe('a pass that is redeemed', () => {
  it('is valid once, also with its other signature (r, n - s)', async () => {
    const redemptions = new RecordingStore();
    const { token, claims } = await validPass();
    assert.equal(await verdictOf(token, { redemptions }), 'valid');
    assert.equal(await verdictOf(token, { redemptions }), 'PASS_REPLAYED');
    assert.equal(await verdictOf(negated(token)), 'valid');
    assert.equal(await verdictOf(negated(token), { redemptions }), 'PASS_REPLAYED');
    assert.deepEqual(redemptions.asked[0], {
      key: JSON.stringify([claims.iss, claims.jti]),
      expiresAt: new Date(claims.exp * 1000),
    });
  });

  it('is marked last: a pass that is refused is not used up', async () => {
    const redemptions = new RecordingStore();
    const { token, claims } = await validPass();
    const revocations = await revoked('pass', claims.jti);
    const late = { now: () => new Date(claims.exp * 1000) };
    assert.equal(await verdictOf(token, { redemptions, action: {} }), 'PASS_ACTION_MISMATCH');
    assert.equal(await verdictOf(token, { redemptions, revocations }), 'PASS_REVOKED');
    assert.equal(await verdictOf(token, { redemptions, clock: late }), 'PASS_EXPIRED');
    assert.equal(await verdictOf(token, { redemptions, issuer: 'i' }), 'PASS_ISSUER_MISMATCH');
    const bound = await passWith(boundTo(holder));
    assert.equal(await verdictOf(bound, { redemptions }), 'DPOP_PROOF_MISSING');
    assert.deepEqual(redemptions.asked, []);
    assert.equal(await verdictOf(token, { redemptions }), 'valid');
  });

  it('is not executed when the store fails', async () => {
    const { token } = await validPass();
    const redemptions = { use: () => Promise.reject(new RangeError('disk full')) };
    await assert.rejects(verify(token, { redemptions }), RangeError);
  });
});
