import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { InMemorySingleUseStore, verifyDpopProof } from '../../src/index.js';
import { accessTokenHash } from '../../src/dpop/claims.js';

const file = path.join(process.env['AXTARY_VECTORS'] ?? '', 'rfc9449', 'proofs.json');

interface Vectors {
  readonly access_token: string;
  readonly jkt: string;
  readonly proofs: readonly {
    readonly name: string;
    readonly htm: string;
    readonly htu: string;
    readonly iat: number;
    readonly ath?: string;
    readonly jwt: string;
  }[];
}

describe('RFC 9449 vectors', () => {
  if (!existsSync(file)) {
    it.skip('are not there (AXTARY_VECTORS)');
    return;
  }
  const {
    access_token: accessToken,
    jkt,
    proofs,
  } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

  for (const { name, htm, htu, iat, ath, jwt } of proofs) {
    const clock = { now: () => new Date(iat * 1000) };
    const request = () => ({
      proof: jwt,
      method: htm,
      uri: htu,
      expectedJkt: jkt,
      ...(ath !== undefined && { accessToken }),
      clock,
      replay: new InMemorySingleUseStore({ clock }),
    });

    it(`hold: ${name}, at its own time`, async () => {
      const verified = await verifyDpopProof(request());
      assert.equal(verified.jkt, jkt);
      assert.equal(verified.iat, iat);
      if (ath !== undefined) assert.equal(accessTokenHash(accessToken), ath);
    });

    it(`are too old today: ${name}`, async () => {
      const today = { now: () => new Date('2026-03-01') };
      await assert.rejects(verifyDpopProof({ ...request(), clock: today }), {
        message: 'iat is too old or in the future',
      });
    });

    it(`fail with any character changed: ${name}`, async () => {
      for (let at = 0; at < jwt.length; at += 7) {
        const changed = `${jwt.slice(0, at)}${jwt[at] === 'A' ? 'B' : 'A'}${jwt.slice(at + 1)}`;
        await assert.rejects(verifyDpopProof({ ...request(), proof: changed }), {
          name: 'VerificationError',
        });
      }
    });
  }
});
