import type { Revocable } from '@axtary/actionpass';
import { VolatileBackend } from 'agent-passport-system';

import { shortAsyncCandidate, shortCandidate, type Candidate } from '../interleave.js';
import type { Contest } from './line.js';
import { manyRevocations, REVOCATIONS } from './setting.js';

const ASKED = 64;

/** What it takes to see that nothing about a pass is revoked. */
export async function revocations(): Promise<Contest> {
  return {
    lines: [
      {
        what: 'Revocations.problem, 10^5 records, pass under a delegation',
        candidate: askingOurs(),
        clock: 'cpu',
        beside: [
          { name: 'Map.get', candidate: askingMap(), times: 7 },
          { name: 'APS isRevoked', candidate: await askingPeer() },
        ],
      },
    ],
  };
}

function askingOurs(): Candidate {
  const records = manyRevocations();
  const asked = Array.from({ length: ASKED }, (_, at) => claims(at));
  let next = 0;
  return shortCandidate(() => {
    const each = asked[next++ % ASKED];
    return each && records.problem(each, 'kid');
  });
}

function claims(at: number): Revocable {
  return {
    jti: `ap_${at}`,
    sub: `agent:${at}`,
    task: `AXT-${at}`,
    iat: 1_767_323_045,
    delegation: { root: `dp_${at}`, parent: `dp_parent-${at}` },
  };
}

function askingMap(): Candidate {
  const ids = new Map(Array.from({ length: REVOCATIONS }, (_, at) => [`revoked_${at}`, at]));
  const asked = Array.from({ length: ASKED }, (_, at) => `ap_${at}`);
  let next = 0;
  return shortCandidate(() => ids.get(asked[next++ % ASKED] ?? ''));
}

async function askingPeer(): Promise<Candidate> {
  const backend = new VolatileBackend();
  for (let at = 0; at < REVOCATIONS; at++) {
    await backend.appendRevocation({
      revocationId: `rev_${at}`,
      delegationId: `revoked_${at}`,
      revokedBy: 'user:ada@example.com',
      revokedAt: '2026-01-01T00:00:00.000Z',
      reason: 'lost',
      signature: '',
    });
  }
  let next = 0;
  return shortAsyncCandidate(() => backend.isRevoked(`del_${next++ % ASKED}`));
}
