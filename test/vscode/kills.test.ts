import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import fc from 'fast-check';
import type { FrameLocator } from 'playwright-core';

import { CountedCalls, interruptedIn, type Counted } from '../testkit/counted-calls.js';
import { COUNTING, countingPolicyText } from '../testkit/workspace.js';
import {
  exportAndVerify,
  hostProcess,
  ledgerFile,
  ledgerFoot,
  ledgerRow,
  openTrustedSession,
  recordFailures,
  showLiveLedger,
  startAgent,
  until,
  type CommandLineAgent,
  type Session,
} from './harness/index.js';

/** `npm run prove:kills` makes 200. */
const KILLS = Number(process.env['AXTARY_KILLS'] ?? 4);
/** How many more there may be until one has interrupted a call. */
const MORE_KILLS = 20;
/** Chooses the moments. */
const SEED = Number(process.env['AXTARY_SEED'] ?? Date.now() % 1_000_000);
const CALLERS = 6;
/** An agent whose call was not answered calls again after this time. */
const AGAIN_MS = 200;

interface Moment {
  /** So many more calls were answered; absent while it starts. */
  readonly answers?: number;
  /** And so many milliseconds later. */
  readonly afterMs: number;
}

const MOMENT: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ afterMs: fc.noBias(fc.integer({ min: 0, max: 2000 })) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      answers: fc.noBias(fc.integer({ min: 1, max: 12 })),
      afterMs: fc.noBias(fc.integer({ min: 0, max: 60 })),
    }),
  },
);

describe('the enforcement host, killed under an open editor', function () {
  this.timeout(300_000 + KILLS * 20_000);
  let session: Session;
  let frame: FrameLocator;
  let calls: CountedCalls;
  let agents: readonly CommandLineAgent[] = [];
  let isOver = false;
  let callers: Promise<unknown> = Promise.resolve();
  let startedByPerson = 0;
  let counted: Counted;

  before(async () => {
    session = await openTrustedSession({ policy: countingPolicyText() });
    const { profile, workbench } = session;
    calls = new CountedCalls(profile.workspace);
    frame = await showLiveLedger(workbench);
    agents = await Promise.all(
      Array.from({ length: CALLERS }, () => startAgent(profile, COUNTING)),
    );
  });

  recordFailures(() => session);

  after(async () => {
    isOver = true;
    await Promise.all(agents.map((agent) => agent.close()));
    await callers;
    await session.stop();
  });

  async function count(agent: CommandLineAgent): Promise<boolean> {
    return calls.make((mark) => agent.call('count', { mark })).catch(() => false);
  }

  async function callOn(agent: CommandLineAgent): Promise<void> {
    while (!isOver) {
      const isAnswered = await count(agent);
      if (!isAnswered) await delay(AGAIN_MS);
    }
  }

  /** Waits for the editor to start an enforcement host; where it has given up, a person starts one. */
  async function hostIsBack(): Promise<number> {
    const { profile, workbench } = session;
    return until(
      async () => {
        const pid = hostProcess(profile);
        if (pid !== undefined || !(await workbench.statusBarItem('Axtary: off').isVisible()))
          return pid;
        startedByPerson++;
        await workbench.runCommand('Axtary: Start Enforcement Host');
        await workbench.statusBarItem('Axtary: off').waitFor({ state: 'detached' });
        return undefined;
      },
      { for: 'an enforcement host of this editor' },
    );
  }

  async function kill({ answers, afterMs }: Moment): Promise<void> {
    const { profile } = session;
    const pid = await hostIsBack();
    if (answers !== undefined) {
      const enough = calls.acknowledged + answers;
      await until(() => calls.acknowledged >= enough, {
        for: `${answers} more answers`,
        everyMs: 2,
      });
    }
    await delay(afterMs);
    process.kill(pid, 'SIGKILL');
    await until(() => hostProcess(profile) !== pid, { for: 'the killed process to be gone' });
  }

  it('comes back each time, and answers the agents that were there before', async () => {
    const { profile, workbench } = session;
    const begun = performance.now();
    callers = Promise.all(agents.map(callOn));
    const moments = fc.sample(MOMENT, { seed: SEED, numRuns: KILLS + MORE_KILLS });
    let kills = 0;
    for (const moment of moments) {
      if (kills >= KILLS && (await interruptedIn(ledgerFile(profile))) > 0) break;
      await kill(moment);
      kills++;
    }
    isOver = true;
    await callers;
    await hostIsBack();
    await workbench.statusBarItem(/Axtary$/).waitFor();
    for (const agent of agents) assert.ok(await count(agent), 'an agent is answered again');
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(
      `      seed ${SEED}: ${kills} kills in ${seconds} s, ${startedByPerson} times a person started it`,
    );
  });

  it('loses no acknowledged record, runs nothing twice, and marks what was interrupted', async () => {
    counted = await calls.check(ledgerFile(session.profile));
    const { intents, interrupted } = counted;
    console.log(
      `      ${intents} calls: ${calls.acknowledged} acknowledged, ${interrupted} interrupted`,
    );
    assert.ok(interrupted > 0, 'no kill came between an intent and its outcome');
  });

  it('shows each interrupted call in the live ledger, which was open all the time', async () => {
    await frame.getByLabel('Saved filters').selectOption('Unknown outcome');
    const shown = `${counted.interrupted.toLocaleString('en')} of `;
    await until(async () => (await ledgerFoot(frame)).startsWith(shown), {
      for: `${shown}all records in the live ledger`,
    });
    await ledgerRow(frame, 'Outcome unknown').click();
    const detail = frame.getByRole('complementary', { name: 'Record' });
    await detail.getByText('stopped before the outcome was known').first().waitFor();
  });

  it('has a ledger whose export verifies', async () => {
    await exportAndVerify(session.workbench);
  });
});
