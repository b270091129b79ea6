import {
  computeAuthorityDelegationId,
  generateKeyPair,
  signAuthorityDelegation,
  verifyAuthorityDelegationChain,
  type AuthorityDelegationBodyV1,
  type AuthorityDelegationV1,
  type createDelegation,
} from 'agent-passport-system';

/** A key pair of `agent-passport-system` (APS): Ed25519, in hexadecimal. */
export type Peer = ReturnType<typeof generateKeyPair>;

/** What it makes a delegation of. */
export type PeerOptions = Parameters<typeof createDelegation>[0];

export function newPeer(): Peer {
  return generateKeyPair();
}

/** One delegation of about what a pass says; it may be handed on. */
export function delegationOptions(from: Peer, to: Peer): PeerOptions {
  return {
    delegatedBy: from.publicKey,
    delegatedTo: to.publicKey,
    scope: ['files:read_text_file', 'files:list_directory'],
    spendLimit: 1000,
    maxDepth: 4,
    privateKey: from.privateKey,
  };
}

/** Verifies a chain of so many of its content-addressed delegations, as of now. */
export function chainVerifier(links: number): () => void {
  const peers = Array.from({ length: links + 1 }, newPeer);
  const now = new Date();
  const chain = chainOf(peers, now);
  const options = {
    now: now.toISOString(),
    resolveVerificationKey: (issuer: string) => issuer,
    trustRoot: ({ issuer }: AuthorityDelegationV1) => issuer === peers[0]?.publicKey,
    resolveRevocation: () => 'active' as const,
  };
  return () => {
    const { valid, failures } = verifyAuthorityDelegationChain(chain, options);
    if (!valid) throw new Error(`agent-passport-system refuses its own: ${failures[0]?.message}`);
  };
}

function chainOf(peers: readonly Peer[], now: Date): readonly AuthorityDelegationV1[] {
  const chain: AuthorityDelegationV1[] = [];
  for (const [depth, issuer] of peers.entries()) {
    const subject = peers[depth + 1];
    if (!subject) break;
    const body = {
      ...constant(now, peers.length - 2 - depth),
      parent_delegation_id: chain.at(-1)?.delegation_id ?? null,
      issuer: issuer.publicKey,
      subject: subject.publicKey,
      verification_method: issuer.publicKey,
      nonce: depth.toString(16).padStart(32, '0'),
    };
    const unsigned = { ...body, delegation_id: computeAuthorityDelegationId(body) };
    const signature = signAuthorityDelegation(unsigned, issuer.privateKey);
    chain.push({ ...unsigned, signature });
  }
  return chain;
}

function constant(
  now: Date,
  remaining: number,
): Pick<AuthorityDelegationBodyV1, 'record_type' | 'version' | 'issued_at' | 'authority'> {
  return {
    record_type: 'aps:authority-delegation:v1',
    version: '1.0',
    issued_at: now.toISOString(),
    authority: {
      scope: {
        profile: 'aps-hierarchical-v1',
        grants: ['files:list_directory', 'files:read_text_file'],
      },
      spend: {
        mode: 'bounded',
        unit: 'iso4217:USD:minor',
        per_action: '1000',
        cumulative: '100000',
      },
      depth: { remaining },
      time: {
        not_before: now.toISOString(),
        not_after: new Date(now.getTime() + 3_600_000).toISOString(),
      },
      reputation: { profile: 'aps-score-0-100-v1', ceiling: 50 },
      values: { profile: 'aps-values-identifiers-v1', required: [] },
      reversibility: { profile: 'aps-tci-v1', ceiling: 'irreversible' },
    },
  };
}
