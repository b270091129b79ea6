import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';

import {
  createDpopProof,
  InMemorySingleUseStore,
  LocalSingleUseStore,
  verifyDpopProof,
  type CreateDpopProofOptions,
  type SingleUseStore,
} from '@axtary/actionpass';
import { generateKeyPair, generateProof } from 'dpop';

import { candidate, type Candidate } from '../interleave.js';
import { bareSign, bareVerify, durableWrite, signedLength } from './floor.js';
import type { Contest } from './line.js';
import { clock, newParty, type Party } from './setting.js';

const URI = 'https://tools.example.com/v1/calls';
const METHOD = 'POST';
const PASS = 'x'.repeat(1400);
/** A proof is used once: when all are, a new store takes the place of the old one. */
const PROOFS = 4096;

/** DPoP proofs (RFC 9449): made, and verified with a mark in memory and one on the disk. */
export async function proofs(folder: string): Promise<Contest> {
  const holder = newParty();
  const options = { signer: holder.signer, method: METHOD, uri: URI, accessToken: PASS, clock };
  const [made, length] = await makeProofs(options);
  const keyPair = await generateKeyPair('ES256');
  const write = await durableWrite(folder, 'fsync');
  return {
    lines: [
      {
        what: 'createDpopProof',
        candidate: candidate(() => createDpopProof(options)),
        clock: 'cpu',
        beside: [
          { name: 'crypto.sign', candidate: bareSign(holder.key, length) },
          {
            name: 'dpop generateProof',
            candidate: candidate(() => generateProof(keyPair, URI, METHOD, undefined, PASS)),
          },
        ],
      },
      {
        what: 'verifyDpopProof, InMemorySingleUseStore',
        candidate: verifying(holder, made, () => new InMemorySingleUseStore({ clock })),
        clock: 'cpu',
        beside: [{ name: 'crypto.verify', candidate: bareVerify(holder.key, length) }],
      },
      {
        what: 'verifyDpopProof, LocalSingleUseStore',
        candidate: verifying(holder, made, async () => {
          const marks = await mkdtemp(path.join(folder, 'marks-'));
          return new LocalSingleUseStore(marks, { clock });
        }),
        clock: 'wall',
        beside: [{ name: 'fsync', candidate: write, times: 2 }],
      },
    ],
    close: write.close,
  };
}

/** Proofs, and the length of what each signs. */
async function makeProofs(
  options: CreateDpopProofOptions,
): Promise<readonly [made: readonly string[], length: number]> {
  const made: string[] = [];
  for (let at = 0; at < PROOFS; at++) made.push(await createDpopProof(options));
  return [made, signedLength(made[0] ?? '')];
}

function verifying(
  { jkt }: Party,
  made: readonly string[],
  newStore: () => SingleUseStore | Promise<SingleUseStore>,
): Candidate {
  const request = { method: METHOD, uri: URI, accessToken: PASS, expectedJkt: jkt, clock };
  let replay: SingleUseStore | undefined;
  let next = 0;
  return candidate(async () => {
    if (next === made.length) {
      replay = undefined;
      next = 0;
    }
    replay ??= await newStore();
    await verifyDpopProof({ ...request, proof: made[next++] ?? '', replay });
  });
}
