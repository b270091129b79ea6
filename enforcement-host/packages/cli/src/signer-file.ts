import type { AwsCredentials } from '@axtary/actionpass';
import { parseStrictJson } from '@axtary/core';
import type { PassSignerStart } from '@axtary/protocol';
import { z } from 'zod';

import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { readText } from './read-text.js';
import { readSecretLine, warnOfReaders } from './secret-file.js';

const MAX_BYTES = 64 * 1024;

const name = z.string().min(1).max(2048);
const publicJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().length(43),
  y: z.string().length(43),
});

/** What a signer file says: everything of a `PassSignerStart` but its credentials. */
const signerFileSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('command'),
    argv: z.tuple([name], z.string().max(4096)),
    publicJwk,
    stdin: z.enum(['signing-input', 'digest']).exactOptional(),
    timeoutMs: z.number().int().min(1).max(60_000).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('aws-kms'),
    keyId: name,
    region: name,
    endpoint: name.exactOptional(),
    publicJwk: publicJwk.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('vault-transit'),
    address: name,
    key: name,
    mount: name.exactOptional(),
    namespace: name.exactOptional(),
    publicJwk: publicJwk.exactOptional(),
  }),
]);
type SignerFile = z.infer<typeof signerFileSchema>;

/** What `credential_process` of the AWS SDKs prints, and `aws configure export-credentials`. */
const awsProcessSchema = z.object({
  Version: z.literal(1),
  AccessKeyId: name,
  SecretAccessKey: name,
  SessionToken: z.string().min(1).max(8192).exactOptional(),
});

/** The variables that credentials are taken from where no file is named. */
const AWS = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  sessionToken: 'AWS_SESSION_TOKEN',
} as const;
const VAULT = 'VAULT_TOKEN';
const VARIABLES: Readonly<Record<SignerFile['kind'], readonly string[]>> = {
  command: [],
  'aws-kms': Object.values(AWS),
  'vault-transit': [VAULT],
};

export interface SignerOptions {
  /** Of the signer. */
  readonly file: string;
  /** Default: the standard variables of the environment. */
  readonly credentialsFile?: string | undefined;
}

export interface ReadSigner {
  readonly passSigner: PassSignerStart;
  /** The environment without the variables that hold credentials of such a signer. */
  readonly env: CliContext['env'];
}

/**
 * The signer that a file describes, with the credentials it needs.
 *
 * @throws CliError `CLI_KEY_UNUSABLE` where the file describes none or there are no credentials for
 *   it; `CLI_USAGE` for credentials that it does not take; `CLI_FILE_UNREADABLE`.
 */
export async function readSigner(
  { file, credentialsFile }: SignerOptions,
  context: CliContext,
): Promise<ReadSigner> {
  const signer = parse(signerFileSchema, await readText(file, MAX_BYTES), file);
  const withheld = new Set(VARIABLES[signer.kind]);
  const env = Object.fromEntries(Object.entries(context.env).filter(([key]) => !withheld.has(key)));
  return { passSigner: await withCredentials(signer, credentialsFile, context), env };
}

async function withCredentials(
  signer: SignerFile,
  file: string | undefined,
  context: CliContext,
): Promise<PassSignerStart> {
  switch (signer.kind) {
    case 'command':
      if (file === undefined) return signer;
      throw new CliError('CLI_USAGE', '--credentials-file is not for a command');
    case 'aws-kms':
      return { ...signer, credentials: await awsCredentials(file, context) };
    case 'vault-transit': {
      const token =
        file === undefined ? context.env[VAULT] : await readSecretLine(file, 'token', context);
      return { ...signer, token: token ?? missing(VAULT) };
    }
  }
}

async function awsCredentials(
  file: string | undefined,
  context: CliContext,
): Promise<AwsCredentials> {
  if (file !== undefined) {
    const found = parse(awsProcessSchema, await readText(file, MAX_BYTES), file);
    await warnOfReaders(file, context);
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken } = found;
    return withSession({ accessKeyId, secretAccessKey }, SessionToken);
  }
  const { env } = context;
  const credentials = {
    accessKeyId: env[AWS.accessKeyId] ?? missing(AWS.accessKeyId),
    secretAccessKey: env[AWS.secretAccessKey] ?? missing(AWS.secretAccessKey),
  };
  return withSession(credentials, env[AWS.sessionToken]);
}

function withSession(credentials: AwsCredentials, sessionToken?: string): AwsCredentials {
  return sessionToken === undefined ? credentials : { ...credentials, sessionToken };
}

function missing(variable: string): never {
  throw new CliError('CLI_KEY_UNUSABLE', `set ${variable}, or give --credentials-file`);
}

/** Names the place alone: a value may be a credential. */
function parse<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const parsed = schema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  const message = `${file} is not in the form that is documented${where && `: see "${where}"`}`;
  throw new CliError('CLI_KEY_UNUSABLE', message);
}

/** Undefined for what is no JSON. */
function json(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch {
    return undefined;
  }
}
