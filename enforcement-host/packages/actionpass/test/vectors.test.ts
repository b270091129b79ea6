import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, verify, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { ApprovalArtifact, Clock } from '@axtary/core';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import { VERIFICATION_ERROR_CODES } from '../src/errors.js';
import {
  InMemorySingleUseStore,
  Revocations,
  VerificationError,
  assertWithin,
  authorize,
  createKeyring,
  dpopHeader,
  verifyActionPass,
  verifyDelegationChain,
  verifyDpopProof,
  type Jwks,
  type PassClaimsV1,
  type RevocationRecord,
  type VerificationErrorCode,
} from '../src/index.js';

type Verdict = VerificationErrorCode | 'valid';

interface Case {
  readonly name: string;
  readonly comment: string;
  /** Seconds since the epoch. */
  readonly now: number;
  readonly expect: Verdict;
}

interface PassCase extends Case {
  readonly token: string;
  readonly action: unknown;
  readonly keys: Jwks;
  readonly issuer: string;
  readonly audience?: string;
  readonly presentedBy?: string;
  readonly revocations?: readonly RevocationRecord[];
  readonly alreadyUsed?: readonly string[];
}

interface ProofCase extends Case {
  readonly headers: readonly string[];
  readonly method: string;
  readonly uri: string;
  readonly accessToken?: string;
  readonly expectedJkt?: string;
  readonly currentNonces?: readonly string[];
  readonly alreadyUsed?: readonly string[];
}

interface DelegationCase extends Case {
  readonly tokens: readonly string[];
  readonly keys: Jwks;
  readonly issuer: string;
  readonly audience?: string;
  readonly presentedBy?: string;
  readonly maxDepth?: number;
  readonly revocations?: readonly RevocationRecord[];
  readonly pass?: PassClaimsV1;
}

interface ApprovalCase extends Case {
  readonly action: { readonly actor: { readonly tenant: string } };
  readonly artifact: ApprovalArtifact;
}

const packageFolder = path.join(import.meta.dirname, '..');
const schemas = path.join(packageFolder, '..', '..', '..', 'schemas');

const passes = read('passes.json') as readonly PassCase[];
const proofs = read('proofs.json') as readonly ProofCase[];
const delegations = read('delegations.json') as readonly DelegationCase[];
const approvals = read('approvals.json') as readonly ApprovalCase[];

describe('the published vectors', () => {
  it('are what they are made from', () => {
    execFileSync(process.execPath, [path.join('scripts', 'vectors.mjs')], { cwd: packageFolder });
  });

  it('have a case for every code', () => {
    const all: readonly Case[] = [...passes, ...proofs, ...delegations, ...approvals];
    const expected = new Set(all.map((each) => each.expect));
    assert.deepEqual([...expected].sort(), ['valid', ...VERIFICATION_ERROR_CODES].sort());
  });

  it('have at least sixty passes', () => {
    assert.ok(passes.length >= 60, `got ${passes.length}`);
  });

  it('name every case once', () => {
    for (const cases of [passes, proofs, delegations, approvals]) {
      const names = cases.map(({ name }) => name);
      assert.deepEqual([...new Set(names)], names);
    }
  });

  it('name what is valid, and nothing else, so', () => {
    for (const { name, expect } of [...passes, ...proofs, ...delegations, ...approvals]) {
      assert.equal(groupOf(name) === 'valid', expect === 'valid', name);
    }
  });
});

describe('the vectors of passes, verified', () => {
  for (const each of passes) {
    it(`${each.name}: ${each.expect}`, async () => {
      assert.equal(await passVerdict(each), each.expect);
    });
  }
});

describe('the vectors of proofs, verified', () => {
  for (const each of proofs) {
    it(`${each.name}: ${each.expect}`, async () => {
      assert.equal(await verdictOf(() => verifyProof(each)), each.expect);
    });
  }
});

describe('the vectors of delegations, verified', () => {
  for (const each of delegations) {
    it(`${each.name}: ${each.expect}`, async () => {
      assert.equal(await verdictOf(() => verifyChain(each)), each.expect);
    });
  }
});

describe('the vectors of approvals, verified', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const { name, action, artifact, now, expect } of approvals) {
    it(`${name}: ${expect}`, async () => {
      const verdict = await verdictOf(() =>
        authorize({
          action,
          issuer: 'https://axtary.example',
          tenant: action.actor.tenant,
          signingKey: privateKey,
          approvalArtifact: artifact,
          clock: clockAt(now),
        }),
      );
      assert.equal(verdict, expect);
    });
  }
});

describe('the vectors, read by node:crypto alone', () => {
  it('have passes signed by the trusted key, where the refusal comes after it', () => {
    const [bad, good] = [new Set<string>(), new Set<string>()];
    for (const each of passes) {
      const expected = expectedSignature(each);
      if (expected === undefined) continue;
      (expected ? good : bad).add(each.name);
      assert.equal(isSigned(each.token, trustedKey(each.token, each.keys)), expected, each.name);
    }
    assert.ok(bad.size >= 9 && good.size >= 60, `got ${bad.size} and ${good.size}`);
  });

  it('have delegations all signed by trusted keys, where the refusal comes after them', () => {
    for (const each of delegations) {
      const expected = each.expect === 'DELEGATION_TOO_DEEP' ? undefined : expectedSignature(each);
      if (expected === undefined) continue;
      const areSigned = each.tokens.every((token) => isSigned(token, trustedKey(token, each.keys)));
      assert.equal(areSigned, expected, each.name);
    }
  });

  it('have proofs signed by the key that they name, where the refusal comes after it', () => {
    const unread = ['field', 'header'];
    for (const each of proofs.filter(({ name }) => !unread.includes(groupOf(name)))) {
      const [proof = ''] = each.headers;
      const { jwk } = decoded(proof, 0) as { readonly jwk: JsonWebKey };
      assert.equal(isSigned(proof, jwk), groupOf(each.name) !== 'signature', each.name);
    }
  });
});

describe('the published schemas', () => {
  it('take the claims of every pass that is well-formed, and none of those that are not', () => {
    const isPass = schemaOf('actionpass.schema.json');
    for (const each of passes.filter((other) => groupOf(other.name) !== 'payload')) {
      if (!isWellFormed(each) && groupOf(each.name) !== 'claims') continue;
      assert.equal(isPass(decoded(each.token, 1)), groupOf(each.name) !== 'claims', each.name);
    }
  });

  it('take the claims of every delegation that is well-formed, and none of those that are not', () => {
    const isDelegation = schemaOf('delegation.schema.json');
    for (const each of delegations) {
      if (!isWellFormed(each) && groupOf(each.name) !== 'claims') continue;
      const areDelegations = each.tokens.every((token) => isDelegation(decoded(token, 1)));
      assert.equal(areDelegations, groupOf(each.name) !== 'claims', each.name);
    }
  });
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(packageFolder, 'vectors', name), 'utf8'));
}

function groupOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

function clockAt(seconds: number): Clock {
  return { now: () => new Date(seconds * 1000) };
}

async function verdictOf(check: () => unknown): Promise<Verdict> {
  try {
    await check();
    return 'valid';
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}

async function passVerdict({ token, keys, now, ...given }: PassCase): Promise<Verdict> {
  const { alreadyUsed = [], revocations, ...options } = given;
  const clock = clockAt(now);
  const redemptions = new InMemorySingleUseStore({ clock });
  const verdictFor = async (presented: string): Promise<Verdict> => {
    const result = await verifyActionPass({
      ...options,
      token: presented,
      keyring: createKeyring(keys.keys),
      clock,
      redemptions,
      ...(revocations && { revocations: new Revocations(revocations) }),
    });
    return result.valid ? 'valid' : result.code;
  };
  for (const used of alreadyUsed) assert.equal(await verdictFor(used), 'valid');
  return verdictFor(token);
}

async function verifyProof(given: ProofCase): Promise<void> {
  const { headers, now, currentNonces, alreadyUsed = [], ...request } = given;
  const clock = clockAt(now);
  const replay = new InMemorySingleUseStore({ clock });
  const nonce = currentNonces && { isCurrent: (text: string) => currentNonces.includes(text) };
  for (const fields of [...alreadyUsed.map((used) => [used]), headers]) {
    const proof = dpopHeader(fields);
    await verifyDpopProof({ ...request, proof, clock, replay, ...(nonce && { nonce }) });
  }
}

async function verifyChain(given: DelegationCase): Promise<void> {
  const { keys, now, revocations, pass, ...options } = given;
  const verified = await verifyDelegationChain({
    ...options,
    keyring: createKeyring(keys.keys),
    clock: clockAt(now),
    ...(revocations && { revocations: new Revocations(revocations) }),
  });
  if (pass) assertWithin(verified, pass);
}

/** Refusals for which no signature is looked at. */
const BEFORE_SIGNATURE: ReadonlySet<Verdict> = new Set<Verdict>([
  'PASS_MALFORMED',
  'PASS_TYPE_MISMATCH',
  'PASS_ALG_NOT_ALLOWED',
  'PASS_KEY_UNKNOWN',
]);
/** Signed as it should be all the same, so that nothing else can be why it is refused. */
const SIGNED_GROUPS: ReadonlySet<string> = new Set([
  'claims',
  'payload',
  'scope',
  'header',
  'type',
]);

function expectedSignature({ name, expect }: Case): boolean | undefined {
  if (expect === 'PASS_SIGNATURE_INVALID') return false;
  return SIGNED_GROUPS.has(groupOf(name)) || !BEFORE_SIGNATURE.has(expect) ? true : undefined;
}

/** Whether the claims can be read, and are those of such an artifact. */
function isWellFormed({ expect }: Case): boolean {
  return !BEFORE_SIGNATURE.has(expect) && expect !== 'DELEGATION_TOO_DEEP';
}

function isSigned(token: string, jwk: JsonWebKey): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
}

/** The key that the header names; the first one where it names none, or cannot be read. */
function trustedKey(token: string, { keys }: Jwks): JsonWebKey {
  const named = keys.find(({ kid }) => {
    try {
      return (decoded(token, 0) as { readonly kid?: unknown }).kid === kid;
    } catch {
      return false;
    }
  });
  const key = named ?? keys[0];
  assert.ok(key);
  return { ...key };
}

function decoded(token: string, part: 0 | 1): unknown {
  return JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString());
}

function schemaOf(name: string): ValidateFunction {
  const text = readFileSync(path.join(schemas, name), 'utf8');
  return new Ajv2020().compile(JSON.parse(text) as object);
}
