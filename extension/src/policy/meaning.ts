import { randomBytes } from 'node:crypto';

import { messageOf, type PolicyDiffReport, type PolicyReviewPanel } from '@axtary/protocol';

import type { ControlCaller } from '../host/control.js';
import { panelImpact } from '../simulation/answers.js';

/** Past actions that a proposal is tried on before it is trusted. */
const LAST = 1000;

export interface Proposed {
  readonly folder: string;
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

/** What a proposal means: first its differences, then, when it is known, its effect on past actions. */
export async function* meaningOf(
  caller: ControlCaller,
  { folder, name, text, hash }: Proposed,
): AsyncGenerator<PolicyReviewPanel> {
  const shown = { folder: name, proposedHash: hash };
  const params = { workspace: folder, text };
  try {
    const diff = await caller.call('policy/diff', params);
    const { length: total } = diff.differences;
    yield { ...shown, ...differencesOf(diff), impact: { status: 'running', done: 0, total: LAST } };
    // Where nothing differs, nothing would have been decided in another way.
    if (total === 0) {
      yield { ...shown, ...differencesOf(diff), impact: { status: 'idle' } };
      return;
    }
    yield { ...shown, ...differencesOf(diff), impact: await effectOf(caller, params) };
  } catch (error) {
    yield {
      ...shown,
      isFirst: false,
      direction: 'unclear',
      differences: [],
      impact: { status: 'idle' },
      problem: messageOf(error),
    };
  }
}

async function effectOf(
  caller: ControlCaller,
  params: { readonly workspace: string; readonly text: string },
): Promise<PolicyReviewPanel['impact']> {
  try {
    const run = randomBytes(9).toString('base64url');
    return panelImpact(await caller.call('policy/impact', { ...params, last: LAST, run }));
  } catch (error) {
    return { status: 'failed', message: messageOf(error) };
  }
}

function differencesOf({
  enforcedHash,
  direction,
  differences,
}: PolicyDiffReport): Pick<PolicyReviewPanel, 'isFirst' | 'direction' | 'differences'> {
  return { isFirst: enforcedHash === undefined, direction, differences };
}
