import path from 'node:path';

import {
  createKeyring,
  parsePublicKey,
  verifyActionPass,
  type Keyring,
  type PassVerification,
  type VerifyActionPassOptions,
} from '@axtary/actionpass';
import { ActionError, parseStrictJson, type JsonValue } from '@axtary/core';
import { z } from 'zod';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { EXIT_CODES } from '../exit-codes.js';
import type { StateOption } from '../program-options.js';
import { readText } from '../read-text.js';
import { readRevocations, revocationCheck } from '../revocation-view.js';
import { tableLines } from '../table.js';
import { printable, type Terminal } from '../terminal.js';
import { withTrustStore } from '../trust-store.js';

/** More than any pass has; the rest of a longer input is not read. */
const MAX_TOKEN_LENGTH = 64 * 1024 + 2;
const MAX_JSON_BYTES = 4 * 1024 * 1024;

export interface PassVerifyOptions extends StateOption {
  /** The pass, or `-`: it is on standard input. */
  readonly token: string;
  /** JSON file with the action. */
  readonly action: string;
  readonly issuer: string;
  readonly audience?: string;
  /** File with a JWK Set, in place of the keys and revocations of the state folder. */
  readonly keys?: string;
  readonly presentedBy?: string;
  readonly json: boolean;
}

/** Verifies offline that a pass permits exactly this action, now. It is not used up by that. */
export async function passVerify(options: PassVerifyOptions, context: CliContext): Promise<void> {
  const { issuer, audience, presentedBy, json } = options;
  const { terminal, setExitCode, clock } = context;
  const action = await readJson(options.action, context);
  const token = options.token === '-' ? await readToken(context) : options.token;
  const trusted = await trustedBy(options, context);
  const verification = await verifyActionPass({
    token,
    action,
    issuer,
    clock,
    ...trusted,
    ...(audience !== undefined && { audience }),
    ...(presentedBy !== undefined && { presentedBy }),
  });
  if (!verification.valid) setExitCode(EXIT_CODES.failed);
  const revocationsChecked = trusted.revocations !== undefined;
  if (json) terminal.printJson({ ...verification, revocationsChecked });
  else report(verification, { revocationsChecked }, terminal);
}

type Trusted = { readonly keyring: Keyring } & Pick<VerifyActionPassOptions, 'revocations'>;

async function trustedBy(options: PassVerifyOptions, context: CliContext): Promise<Trusted> {
  const { keys, state } = options;
  if (keys !== undefined && state !== undefined) {
    throw new CliError('CLI_USAGE', 'expected either --keys or --state');
  }
  if (keys !== undefined) return { keyring: await readJwks(keys, context) };
  return withTrustStore(options, context, async (store, folder) => ({
    keyring: createKeyring(await store.keys()),
    revocations: revocationCheck(await readRevocations(store, folder)),
  }));
}

const jwksSchema = z.object({ keys: z.array(z.unknown()) });

async function readJwks(file: string, context: CliContext): Promise<Keyring> {
  const parsed = jwksSchema.safeParse(await readJson(file, context));
  try {
    if (parsed.success)
      return createKeyring(parsed.data.keys.map((key) => parsePublicKey(key).jwk));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CliError('CLI_FILE_UNREADABLE', `${file}: ${cause.message}`, { cause });
  }
  throw new CliError('CLI_FILE_UNREADABLE', `${file} is not a JWK Set (RFC 7517 section 5)`);
}

async function readJson(file: string, { cwd }: CliContext): Promise<JsonValue> {
  const text = await readText(path.resolve(cwd, file), MAX_JSON_BYTES);
  try {
    return parseStrictJson(text);
  } catch (cause) {
    if (!(cause instanceof ActionError)) throw cause;
    throw new CliError('CLI_FILE_UNREADABLE', `${file}: ${cause.message}`, { cause });
  }
}

async function readToken({ stdin }: CliContext): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MAX_TOKEN_LENGTH) break;
  }
  return text.trim();
}

function report(
  verification: PassVerification,
  { revocationsChecked }: { readonly revocationsChecked: boolean },
  terminal: Terminal,
): void {
  if (!verification.valid) {
    const { code, message } = verification;
    terminal.print(`${terminal.paint('red', code)}: ${printable(message)}`);
    if (code === 'DPOP_PROOF_MISSING') {
      terminal.print('  --presented-by names the key whose proof of possession you have verified');
    }
    return;
  }
  terminal.print(`${terminal.paint('green', 'valid')}: the pass permits exactly this action, now`);
  const rows = Object.entries(verification.claims).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  for (const line of tableLines(rows, '  ')) terminal.print(line);
  if (!revocationsChecked) terminal.print('A JWK Set knows of no revocations: none were checked.');
}
