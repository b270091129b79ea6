import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { ARTIFACT_TYPES, canonicalize, type Clock } from '@axtary/core';

import {
  authorize,
  createSigner,
  demoAction,
  signCompact,
  verifyActionPass,
  type IssuedActionPass,
  type PassVerification,
  type VerifyActionPassOptions,
} from '../src/index.js';

export const ISSUER = 'https://axtary.test';
export const NOW = new Date('2026-03-01T10:00:00.000Z');
export const SECONDS = NOW.getTime() / 1000;
export const clock: Clock = { now: () => NOW };

export const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const signer = createSigner(privateKey);

/** The demo action with evidence of passing tests: the preset allows it. */
export function allowedAction(): typeof demoAction {
  const { capability } = demoAction;
  const payload = { ...capability.payload, testsPassed: true };
  return { ...demoAction, capability: { ...capability, payload } };
}

export async function validPass(): Promise<IssuedActionPass> {
  const result = await authorize({
    action: allowedAction(),
    issuer: ISSUER,
    tenant: 'org:example',
    signingKey: privateKey,
    clock,
  });
  if (!result.permitted) throw new Error('expected the demo action to be allowed');
  return result.actionPass;
}

export function verify(
  token: string,
  { keyring, verificationKey = publicKey, ...options }: Partial<VerifyActionPassOptions> = {},
): Promise<PassVerification> {
  return verifyActionPass({
    token,
    action: allowedAction(),
    issuer: ISSUER,
    clock,
    ...options,
    ...(keyring ? { keyring } : { verificationKey }),
  });
}

/** The code of a refusal, or `valid`. */
export async function verdictOf(
  token: string,
  options: Partial<VerifyActionPassOptions> = {},
): Promise<string> {
  const result = await verify(token, options);
  return result.valid ? 'valid' : result.code;
}

export function base64url(data: string | Uint8Array): string {
  return Buffer.from(data).toString('base64url');
}

/** A JWS over any texts, signed by the right key as if it were honest. */
export async function signedParts(header: string, payload: string): Promise<string> {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${await signer.sign(input)}`;
}

/** A pass with other claims, signed by the right key. */
export async function passWith(changes: Readonly<Record<string, unknown>>): Promise<string> {
  const { claims } = await validPass();
  const changed = Object.entries({ ...claims, ...changes }).filter(
    ([, value]) => value !== undefined,
  );
  const payload = canonicalize(Object.fromEntries(changed));
  return signCompact(signer, ARTIFACT_TYPES.pass, payload);
}

/** A pass with another header, signed by the right key. */
export async function passWithHeader(header: unknown): Promise<string> {
  const { claims } = await validPass();
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  return signedParts(text, canonicalize(claims));
}

export function hmac(input: string, secret: string | Buffer | KeyObject): string {
  return createHmac('sha256', secret).update(input).digest('base64url');
}
