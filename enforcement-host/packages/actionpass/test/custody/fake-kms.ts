import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';

import { parsePublicKey } from '../../src/index.js';
import { rawToDer, signDigest } from './sign-digest.js';
import { FakeService, type Answer, type Received } from './support.js';

// Contract-tested: the fake speaks the published requests, answers and errors of the KMS JSON API
// (Sign, GetPublicKey) and checks Signature Version 4 by its own arithmetic. Not run against AWS.

export const KEY_ID = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'AQoDYXdzEPT//////////wEXAMPLE',
};
export const kmsKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const publicJwk = parsePublicKey(kmsKey.publicKey).jwk;

export function fakeKms(): FakeService {
  return new FakeService((request) => {
    if (!isSigned(request)) return refusal('InvalidSignatureException');
    const { KeyId, Message, MessageType, SigningAlgorithm } = request.body;
    if (KeyId !== KEY_ID) return refusal('NotFoundException');
    if (request.headers['x-amz-target'] === 'TrentService.GetPublicKey') {
      const PublicKey = kmsKey.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      return {
        status: 200,
        body: { KeyId, PublicKey, KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      };
    }
    const digest = Buffer.from(String(Message), 'base64');
    const isValid = MessageType === 'DIGEST' && SigningAlgorithm === 'ECDSA_SHA_256';
    if (!isValid || digest.length !== 32) return refusal('ValidationException');
    return { status: 200, body: { KeyId, Signature: signatureOf(digest), SigningAlgorithm } };
  });
}

/** As KMS answers: DER, in base64. */
export function signatureOf(digest: Buffer, key = kmsKey.privateKey): string {
  return rawToDer(signDigest(digest, key)).toString('base64');
}

export function refusal(type: string, status = 400): Answer {
  return { status, body: { __type: type, message: `user is ${credentials.accessKeyId}` } };
}

/** Signature Version 4 as its documentation has it, for a POST to `/`. */
function isSigned({ headers, body }: Received): boolean {
  const [, scope = '', names = '', signature = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const hex = (data: string) => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Buffer, data: string) =>
    createHmac('sha256', key).update(data).digest();
  const lines = names.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, hex(JSON.stringify(body))].join('\n');
  const time = String(headers['x-amz-date']);
  const text = ['AWS4-HMAC-SHA256', time, scope, hex(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const covers = ['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'];
  return hmac(key, text).toString('hex') === signature && covers.every((it) => names.includes(it));
}
