import {
  CONTROL_PROTOCOL_VERSION,
  RemoteCallError,
  type Approver,
  type Clock,
  type ControlProtocol,
  type Result,
} from '@axtary/protocol';

import type { ApproverKey } from '../approver/key.js';
import { numericDate } from '../approver/statement.js';
import { ExtensionError } from '../errors.js';
import type { ControlCaller } from './control.js';
import { compareVersions } from './version.js';

type Opened = Result<ControlProtocol, 'session/open'>;

/** A code that lets a new key in. */
export type EnrolmentCode =
  | { readonly kind: 'start'; readonly text: string }
  | { readonly kind: 'recovery'; readonly text: string };

export interface SessionOptions {
  readonly version: string;
  readonly approverName: string;
  readonly clock: Clock;
  /** The machine's key, where it has one. */
  readonly loadKey: () => Promise<ApproverKey | undefined>;
  readonly createKey: () => Promise<ApproverKey>;
  readonly code?: EnrolmentCode | undefined;
}

export type Session =
  | {
      readonly kind: 'proved';
      readonly approver: Approver;
      readonly key: ApproverKey;
      /** The enforcement host is older than this extension. */
      readonly isOutdated: boolean;
      /** To be shown once: it was made just now. */
      readonly recoveryCode?: string;
    }
  | { readonly kind: 'not-enrolled'; readonly enrolmentOpen: boolean };

/**
 * Proves to the enforcement host who we are, enrolling a key where a code lets us. On return as
 * `proved`, every method of the connection is open to us.
 *
 * @throws ExtensionError `HOST_TOO_NEW`; RemoteCallError as the enforcement host answered.
 */
export async function openSession(
  caller: ControlCaller,
  options: SessionOptions,
): Promise<Session> {
  const opened = await open(caller, options.version);
  if (opened.protocolVersion > CONTROL_PROTOCOL_VERSION) throw tooNew(opened.version);
  const isOutdated =
    opened.protocolVersion < CONTROL_PROTOCOL_VERSION ||
    compareVersions(opened.version, options.version) < 0;
  const stored = await loadKey(options);
  const { challenge } = opened;
  if (stored !== undefined && opened.approvers.some((approver) => approver.kid === stored.kid)) {
    const proof = await prove(stored, challenge, options.clock);
    const { approver } = await caller.call('session/prove', { proof });
    return { kind: 'proved', approver, key: stored, isOutdated };
  }
  const { code } = options;
  if (code === undefined || (code.kind === 'start' && !opened.enrolmentOpen)) {
    return { kind: 'not-enrolled', enrolmentOpen: opened.enrolmentOpen };
  }
  // Made only here, so that of several windows only the one that may enrol writes the secret.
  const key = stored ?? (await options.createKey());
  const { approver, recoveryCode } = await caller.call('approvers/enrol', {
    jwk: key.publicJwk,
    name: options.approverName,
    proof: await prove(key, challenge, options.clock),
    code: code.text,
  });
  return { kind: 'proved', approver, key, isOutdated, recoveryCode };
}

/** A key that cannot be read is no obstacle to whoever holds the recovery code. */
async function loadKey({ loadKey, code }: SessionOptions): Promise<ApproverKey | undefined> {
  try {
    return await loadKey();
  } catch (error) {
    if (code?.kind === 'recovery') return undefined;
    throw error;
  }
}

async function open(caller: ControlCaller, version: string): Promise<Opened> {
  try {
    return await caller.call('session/open', {
      client: `vscode/${version}`,
      protocolVersion: CONTROL_PROTOCOL_VERSION,
    });
  } catch (error) {
    const isUnknownShape =
      error instanceof RemoteCallError &&
      (error.code === 'INVALID_RESULT' || error.code === 'INVALID_PARAMS');
    throw isUnknownShape ? tooNew('unknown') : error;
  }
}

function prove(key: ApproverKey, challenge: string, clock: Clock): Promise<string> {
  return key.sign('control', { challenge, iat: numericDate(clock) });
}

function tooNew(version: string): ExtensionError {
  return new ExtensionError(
    'HOST_TOO_NEW',
    `the enforcement host (version ${version}) speaks another protocol: update Axtary and reload the window`,
  );
}
