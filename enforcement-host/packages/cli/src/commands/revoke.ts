import {
  createRevocation,
  type LocalTrustStore,
  type RevocationKind,
  type RevocationRecord,
} from '@axtary/actionpass';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import type { StateOption } from '../program-options.js';
import { printable } from '../terminal.js';
import { withTrustStore } from '../trust-store.js';

/** As long as the editor lets a reason be. */
const MAX_REASON_LENGTH = 1024;
const MAX_VALUE_LENGTH = 4096;
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;
/** A compact JWS begins with the base64url of `{"`. */
const COMPACT_JWS = /^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;

export interface RevokeOptions extends StateOption {
  readonly kind: Exclude<RevocationKind, 'all'>;
  /** What `RevocationRecord` has for this kind. */
  readonly value: string;
  readonly reason: string;
  readonly json: boolean;
}

/** Revokes a pass, an agent, a task, a key or a delegation. */
export async function revoke(options: RevokeOptions, context: CliContext): Promise<void> {
  const { kind, value, json } = options;
  const { terminal } = context;
  assertValue(kind, value);
  const record = await recordOf(options, context);
  await withTrustStore(options, context, async (store) => {
    await store.revoke(record);
    if (kind === 'key') await warnOfUnknownKey(value, store, context);
  });
  if (json) {
    terminal.printJson(record);
    return;
  }
  terminal.print(`Revoked the ${kind} ${printable(value)} (${record.id})
The enforcement host refuses it within 0.2 s. ${AFTERWARDS[kind]}`);
}

const LIFT = 'A person can lift this in VS Code with Axtary.';
const AFTERWARDS = {
  pass: 'This is for good.',
  agent: LIFT,
  task: LIFT,
  key: 'This is for good: passes that it signed are refused, and a new key signs.',
  delegation: 'This is for good, and for everything below it.',
} as const satisfies Record<RevokeOptions['kind'], string>;

export interface StopOptions extends StateOption {
  readonly reason: string;
  /** Asks nobody. */
  readonly yes: boolean;
  readonly json: boolean;
}

/** The kill switch: refuses every pass issued so far, and every call until a person lifts it. */
export async function revokeAll(options: StopOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  assertReason(options.reason);
  const record = await withTrustStore(options, context, async (store, state) => {
    // A store that is not there is said before anybody is asked.
    await store.revocations();
    if (!options.yes) await confirm(state, context);
    // Made only now: it refuses what was issued until it was confirmed.
    const made = await recordOf({ ...options, kind: 'all' }, context);
    await store.revoke(made);
    return made;
  });
  if (options.json) {
    terminal.printJson(record);
    return;
  }
  terminal.print(`${terminal.paint('red', 'Stopped everything')} (${record.id})
The enforcement host refuses every call, within 0.2 s, until a person lifts this in VS Code with
Axtary. Passes issued until ${record.value} stay revoked even then.`);
}

async function confirm(state: string, { prompt }: CliContext): Promise<void> {
  if (!prompt) {
    throw new CliError('CLI_USAGE', 'there is no terminal to confirm on; add --yes');
  }
  const answer = await prompt.ask(`Stop every agent of ${printable(state)}? [y/N] `);
  if (/^y(?:es)?$/i.test(answer.trim())) return;
  throw new CliError('CLI_DECLINED', 'not confirmed; nothing was revoked');
}

async function recordOf(
  revocation: Pick<RevocationRecord, 'kind' | 'reason'> & { readonly value?: string },
  { clock, osUser }: CliContext,
): Promise<RevocationRecord> {
  const { kind, value, reason } = revocation;
  assertReason(reason);
  return createRevocation({
    kind,
    reason,
    by: `user:${osUser}`,
    clock,
    ...(value !== undefined && { value }),
  });
}

function assertValue(kind: RevokeOptions['kind'], value: string): void {
  if (value.trim() === '' || value.length > MAX_VALUE_LENGTH) {
    const message = `expected a value of 1 to ${MAX_VALUE_LENGTH} characters`;
    throw new CliError('CLI_USAGE', message);
  }
  if (kind === 'key' && !THUMBPRINT.test(value)) {
    const message = 'a key is named by its thumbprint of 43 characters; see "axtary keys list"';
    throw new CliError('CLI_USAGE', message);
  }
  // Also so that it is written nowhere: a pass of version 0 is worth something to whoever has it.
  if ((kind === 'pass' || kind === 'delegation') && COMPACT_JWS.test(value)) {
    throw new CliError('CLI_USAGE', `a ${kind} is named by its jti, not by its text`);
  }
}

async function warnOfUnknownKey(
  kid: string,
  store: LocalTrustStore,
  { terminal }: CliContext,
): Promise<void> {
  if ((await store.keys()).some((key) => key.kid === kid)) return;
  terminal.warn('axtary: no key here has this thumbprint; it is revoked should one ever be added');
}

function assertReason(reason: string): void {
  if (reason.trim() !== '' && reason.length <= MAX_REASON_LENGTH) return;
  const message = `expected a reason of 1 to ${MAX_REASON_LENGTH} characters`;
  throw new CliError('CLI_USAGE', message);
}
