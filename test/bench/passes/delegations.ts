import {
  delegate,
  issueDelegation,
  verifyDelegationChain,
  type DelegateOptions,
  type VerifiedDelegation,
  type VerifyDelegationChainOptions,
} from '@axtary/actionpass';
import { createDelegation, subDelegate, verifyDelegation } from 'agent-passport-system';

import { candidate, type Candidate } from '../interleave.js';
import { bareSign, bareVerify, signedLength } from './floor.js';
import type { Contest } from './line.js';
import { chainVerifier, delegationOptions, newPeer } from './peer.js';
import { clock, ISSUER, keyringWith, manyRevocations, newParty, type Party } from './setting.js';

const DEPTH = 4;
const LINKS = DEPTH + 1;

/** Delegations: handed on, and verified as a chain that is as deep as it may be by default. */
export async function delegations(): Promise<Contest> {
  const issuer = newParty();
  const checks = { keyring: keyringWith(issuer), revocations: manyRevocations(), issuer: ISSUER };
  const tokens = await chainOf(issuer, checks);
  const [root = '', child = ''] = tokens;
  const parent = await verified([root], checks);
  const verify = bareVerify(issuer.key, signedLength(child));
  const verifyDelegate = candidate(async () =>
    delegate(issuer.signer, narrower(await verified([root], checks))),
  );
  const peer = peerCandidates();
  return {
    lines: [
      {
        what: 'delegate',
        candidate: candidate(() => delegate(issuer.signer, narrower(parent))),
        clock: 'cpu',
        beside: [
          { name: 'crypto.sign', candidate: bareSign(issuer.key, signedLength(child)) },
          { name: 'APS createDelegation', candidate: peer.create },
        ],
      },
      {
        what: 'verify the parent, delegate',
        candidate: verifyDelegate,
        clock: 'cpu',
        beside: [{ name: 'APS subDelegate', candidate: peer.hand }],
      },
      {
        what: `verifyDelegationChain, depth ${DEPTH}, 10^5 revocations`,
        candidate: candidate(() => verified(tokens, checks)),
        clock: 'cpu',
        beside: [
          { name: 'crypto.verify', candidate: verify, times: LINKS },
          { name: 'APS verifyAuthorityDelegationChain', candidate: peer.chain },
          { name: 'APS verifyDelegation', candidate: peer.verify, times: LINKS },
        ],
      },
    ],
  };
}

type Checks = Omit<VerifyDelegationChainOptions, 'tokens' | 'clock'>;

function verified(tokens: readonly string[], checks: Checks): Promise<VerifiedDelegation> {
  return verifyDelegationChain({ ...checks, tokens, clock });
}

/** Signed delegations from the root to the leaf. */
async function chainOf(issuer: Party, checks: Checks): Promise<readonly string[]> {
  const { token } = await issueDelegation(issuer.signer, {
    agent: 'agent:claude-code',
    jkt: newParty().jkt,
    issuer: ISSUER,
    human: 'user:ada@example.com',
    tenant: 'org:example',
    task: 'AXT-418',
    runtime: 'claude-code 2.1.0',
    scope: {
      tools: ['mcp.tool.call', 'slack.*'],
      resources: ['mcp:files/**', 'slack:channel/*'],
      budgets: [{ id: 'spend', max: 100_000, field: 'payload.amount', currency: 'USD' }],
    },
    hops: DEPTH,
    clock,
  });
  const tokens = [token];
  while (tokens.length < LINKS) {
    const child = await delegate(issuer.signer, narrower(await verified(tokens, checks)));
    tokens.push(child.token);
  }
  return tokens;
}

function narrower(parent: VerifiedDelegation): DelegateOptions {
  return { parent, agent: 'agent:reader', jkt: parent.leaf.cnf.jkt, scope: NARROWER, clock };
}

const NARROWER = {
  tools: ['mcp.tool.call'],
  resources: ['mcp:files/read_text_file', 'mcp:files/list_directory'],
};

function peerCandidates(): Readonly<Record<'create' | 'hand' | 'chain' | 'verify', Candidate>> {
  const [first, second, third] = [newPeer(), newPeer(), newPeer()];
  const options = delegationOptions(first, second);
  const parent = createDelegation(options);
  const further = {
    parentDelegation: parent,
    delegatedTo: third.publicKey,
    scope: ['files:read_text_file'],
    privateKey: second.privateKey,
  };
  return {
    create: candidate(() => createDelegation(options)),
    hand: candidate(() => subDelegate(further)),
    chain: candidate(chainVerifier(LINKS)),
    verify: candidate(() => verifyDelegation(parent)),
  };
}
