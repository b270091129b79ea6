import {
  digestsOf,
  issuePass,
  policyHash,
  verifyActionPass,
  type IssueOptions,
  type PassVerification,
  type VerifyActionPassOptions,
} from '@axtary/actionpass';
import { newId } from '@axtary/core/digest';
import { createDelegation, verifyDelegation } from 'agent-passport-system';

import { candidate, type Candidate } from '../interleave.js';
import { action, parsedAction, policyOf20Rules } from '../workload.js';
import { bareSign, bareVerify, signedLength } from './floor.js';
import type { Contest } from './line.js';
import { delegationOptions, newPeer, type PeerOptions } from './peer.js';
import { AUDIENCE, clock, ISSUER, keyringWith, manyRevocations, newParty } from './setting.js';

/** Passes of both versions: issued, and verified in the ways a tool server does. */
export async function passes(): Promise<Contest> {
  const issuer = newParty();
  const holder = newParty();
  const contentBound = passOptions();
  const keyBound = { ...passOptions(), holder: holder.jkt, audience: [AUDIENCE] };
  const v0 = await issuePass(issuer.signer, contentBound);
  const v1 = await issuePass(issuer.signer, keyBound);
  const keyring = keyringWith(issuer);
  const revocations = manyRevocations();
  const { options, signed } = peerDelegation();

  const sign0 = bareSign(issuer.key, signedLength(v0.token));
  const sign1 = bareSign(issuer.key, signedLength(v1.token));
  const verify0 = bareVerify(issuer.key, signedLength(v0.token));
  const verify1 = bareVerify(issuer.key, signedLength(v1.token));
  const peerSign = candidate(() => createDelegation(options));
  const peerVerify = candidate(() => verifyDelegation(signed));
  const issued = (given: IssueOptions): Candidate =>
    candidate(() => issuePass(issuer.signer, given));
  return {
    lines: [
      {
        what: 'issuePass, version 0',
        candidate: issued(contentBound),
        clock: 'cpu',
        beside: [
          { name: 'crypto.sign', candidate: sign0 },
          { name: 'APS createDelegation', candidate: peerSign },
        ],
        goal: 1.15,
      },
      {
        what: 'issuePass, version 1',
        candidate: issued(keyBound),
        clock: 'cpu',
        beside: [
          { name: 'crypto.sign', candidate: sign1 },
          { name: 'APS createDelegation', candidate: peerSign },
        ],
        goal: 1.15,
      },
      {
        what: 'verifyActionPass, version 0, one key',
        candidate: verifying({ token: v0.token, verificationKey: issuer.publicKey }),
        clock: 'cpu',
        beside: [
          { name: 'crypto.verify', candidate: verify0 },
          { name: 'APS verifyDelegation', candidate: peerVerify },
        ],
      },
      {
        what: 'verifyActionPass, version 0, keyring, 10^5 revocations',
        candidate: verifying({ token: v0.token, keyring, revocations }),
        clock: 'cpu',
        beside: [{ name: 'crypto.verify', candidate: verify0 }],
      },
      {
        what: 'verifyActionPass, version 1, keyring, 10^5 revocations',
        candidate: verifying({
          token: v1.token,
          keyring,
          revocations,
          audience: AUDIENCE,
          presentedBy: holder.jkt,
        }),
        clock: 'cpu',
        beside: [{ name: 'crypto.verify', candidate: verify1 }],
      },
    ],
  };
}

function passOptions(): IssueOptions {
  return {
    parsed: parsedAction,
    digests: digestsOf(parsedAction),
    policyHash: policyHash(policyOf20Rules()),
    decisionId: newId('dec'),
    obligations: {},
    issuer: ISSUER,
    now: clock.now(),
  };
}

type Presented = VerifyActionPassOptions extends infer Options
  ? Options extends VerifyActionPassOptions
    ? Omit<Options, 'action' | 'issuer' | 'clock'>
    : never
  : never;

function verifying(presented: Presented): Candidate {
  const options = { ...presented, action: action('bench'), issuer: ISSUER, clock };
  return candidate(async () => {
    assertValid(await verifyActionPass(options));
  });
}

function assertValid(result: PassVerification): void {
  if (!result.valid) throw new Error(`the pass is refused: ${result.message}`);
}

function peerDelegation(): {
  readonly options: PeerOptions;
  readonly signed: ReturnType<typeof createDelegation>;
} {
  const options = delegationOptions(newPeer(), newPeer());
  const signed = createDelegation(options);
  const { valid, errors } = verifyDelegation(signed);
  if (!valid) throw new Error(`agent-passport-system refuses its own: ${errors.join(', ')}`);
  return { options, signed };
}
