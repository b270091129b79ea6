import path from 'node:path';

import { REPOSITORY, VSIX } from '../../testkit/folders.js';
import type { ProfileOptions } from './profile.js';
import { openSession, type Session } from './session.js';
import type { Workbench } from './workbench.js';

const FAILURES = path.join(REPOSITORY, '.cache', 'failures');
const ENROLMENT_MS = 60_000;

export interface TrustedSessionOptions extends Pick<ProfileOptions, 'settings' | 'workspaceFiles'> {
  /** The text of axtary.yml. */
  readonly policy: string;
}

/**
 * Starts an editor with Axtary, where nobody chats. On return a person has trusted the policy, and
 * neither an editor nor a notification is open.
 */
export async function openTrustedSession({
  policy,
  workspaceFiles,
  settings = {},
}: TrustedSessionOptions): Promise<Session> {
  const session = await openSession({
    extensions: [VSIX],
    settings,
    workspaceFiles: { 'axtary.yml': policy, ...workspaceFiles },
    script: () => undefined,
  });
  try {
    await session.workbench.notification('recovery code').waitFor({ timeout: ENROLMENT_MS });
    await reviewAndTrust(session.workbench);
    return session;
  } catch (error) {
    await session.record(path.join(FAILURES, 'trusting-the-policy'));
    await session.stop();
    throw error;
  }
}

async function reviewAndTrust(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Axtary: Review Policy Change');
  await workbench.answerNotification(/axtary\.yml/, 'Trust This Policy');
  await workbench.notification('trusted and enforced').waitFor();
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.runCommand('View: Close All Editors');
}

/** Within a suite: keeps what explains a test's failure in `.cache/failures`. */
export function recordFailures(session: () => Session): void {
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const name = this.currentTest.title.replace(/\W+/g, '-');
    await session().record(path.join(FAILURES, name));
  });
}
