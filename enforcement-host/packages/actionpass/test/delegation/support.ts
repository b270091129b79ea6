import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import { ARTIFACT_TYPES, canonicalize } from '@axtary/core';

import {
  createKeyring,
  createSigner,
  delegate,
  issueDelegation,
  signCompact,
  verifyDelegationChain,
  type DelegateOptions,
  type DelegationClaims,
  type IssueDelegationOptions,
  type IssuedDelegation,
  type PublicJwk,
  type Signer,
  type VerifiedDelegation,
  type VerifyDelegationChainOptions,
} from '../../src/index.js';
import { ISSUER, clock, publicKey, signer } from '../support.js';

export const JKT = 'A'.repeat(43);
export const HASHES = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}` as const);
export const [HASH_A, HASH_B] = HASHES as [(typeof HASHES)[0], (typeof HASHES)[0]];

const keyring = createKeyring([jwkOf(publicKey)]);

/** A first delegation that has something on every axis. */
export const ROOT: IssueDelegationOptions = {
  issuer: ISSUER,
  agent: 'agent:lead',
  jkt: JKT,
  human: 'user:dev@example.com',
  tenant: 'org:example',
  task: 'AXT-418',
  runtime: 'codex-cli',
  scope: {
    tools: ['github.pull_requests.*', 'slack.*'],
    resources: ['repo:example/**'],
    payloads: [HASH_A, HASH_B],
    constraints: {
      maxFilesChanged: 12,
      minReviews: 1,
      blockedPaths: ['infra/prod/**'],
      allowedPaths: ['src/**', 'test/**'],
      channels: ['#dev', '#ops'],
      recipients: ['a@example.com', 'b@example.com'],
      requiresTests: true,
      requiresDraft: false,
      baseBranch: 'main',
    },
    budgets: [
      { id: 'spend', max: 1000, field: 'payload.amountMinor', currency: 'EUR' },
      { id: 'calls', max: 10 },
    ],
  },
  hops: 4,
  audience: ['host-1', 'host-2'],
  ttlSeconds: 600,
  clock,
};

export function jwkOf(key: KeyObject): PublicJwk {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-256', x, y };
}

export function otherSigner(): { readonly signer: Signer; readonly jwk: PublicJwk } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { signer: createSigner(pair.privateKey), jwk: jwkOf(pair.publicKey) };
}

export function verifyChain(
  tokens: readonly string[],
  options: Partial<VerifyDelegationChainOptions> = {},
): Promise<VerifiedDelegation> {
  return verifyDelegationChain({
    tokens,
    keyring,
    issuer: ISSUER,
    audience: 'host-1',
    clock,
    ...options,
  });
}

/** Signs any claims as the issuer would. */
export async function signed(claims: unknown, by: Signer = signer): Promise<string> {
  return signCompact(by, ARTIFACT_TYPES.delegation, canonicalize(claims));
}

export type Narrower = Omit<DelegateOptions, 'parent' | 'agent' | 'jkt'>;

/** An honest chain: the root, then one delegation for each of the narrowings. */
export async function chainOf(
  narrowings: readonly Narrower[],
  root: IssueDelegationOptions = ROOT,
): Promise<readonly IssuedDelegation[]> {
  const chain = [await issueDelegation(signer, root)];
  for (const [index, narrower] of narrowings.entries()) {
    const parent = await verifyChain(tokensOf(chain), { maxDepth: 16 });
    const agent = `agent:sub-${index + 1}`;
    chain.push(await delegate(signer, { agent, jkt: JKT, clock, ...narrower, parent }));
  }
  return chain;
}

export function tokensOf(chain: readonly IssuedDelegation[]): readonly string[] {
  return chain.map(({ token }) => token);
}

/** The root and one honest child of it. */
export async function rootAndChild(
  narrower: Narrower = {},
): Promise<readonly [DelegationClaims, DelegationClaims]> {
  const [root, child] = await chainOf([narrower]);
  if (!root || !child) throw new Error('expected two links');
  return [root.claims, child.claims];
}

/** A copy without some members. */
export function omit<T extends object, Name extends keyof T & string>(
  from: T,
  ...names: readonly Name[]
): Omit<T, Name> {
  const kept = Object.entries(from).filter(([name]) => !names.includes(name as Name));
  return Object.fromEntries(kept) as Omit<T, Name>;
}

export const FOUR: readonly Narrower[] = [
  { scope: { tools: ['slack.*'] } },
  { ttlSeconds: 300 },
  { audience: ['host-1'] },
  { scope: { tools: ['slack.post'] } },
];

/** An honest chain of five whose link at `index` says something else, signed by the issuer. */
export async function changedAt(
  index: number,
  change: (claims: DelegationClaims, chain: readonly IssuedDelegation[]) => object,
): Promise<readonly string[]> {
  const chain = await chainOf(FOUR);
  const link = chain[index];
  if (!link) throw new Error(`no link ${index}`);
  const token = await signed({ ...link.claims, ...change(link.claims, chain) });
  return tokensOf(chain).with(index, token);
}
