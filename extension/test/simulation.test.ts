import assert from 'node:assert/strict';

import type { PanelImpact, PanelSimulation } from '@axtary/protocol';

import {
  SimulationSession,
  type DraftText,
  type ImpactQuestion,
  type SimulationPorts,
  type SimulationQuestion,
} from '../src/simulation/session.js';

const DRAFT: DraftText = {
  id: 'file:///ws/axtary.yml',
  label: 'axtary.yml',
  text: 'version: 1',
  isDirty: false,
  isDraft: false,
  errors: 0,
};

const DENIED: PanelSimulation = {
  status: 'done',
  decision: 'deny',
  reasons: [],
  needs: [],
  rules: [],
  engines: [],
};

const IMPACT: PanelImpact = {
  status: 'done',
  considered: 2,
  missing: 0,
  newlyAllowed: 0,
  newlyDenied: 0,
  newlyAsked: 0,
  changes: [],
  isCancelled: false,
  isStale: false,
};

/** An enforcement host whose answers the test gives, one by one. */
class Bench {
  drafts: readonly DraftText[] = [DRAFT];
  records: readonly string[] = ['7', '3'];
  readonly asked: SimulationQuestion[] = [];
  readonly compared: ImpactQuestion[] = [];
  readonly cancelled: string[] = [];
  answer: (question: SimulationQuestion) => Promise<PanelSimulation> = () =>
    Promise.resolve(DENIED);
  readonly waiting: ((impact: PanelImpact) => void)[] = [];
  changes = 0;

  session(choice?: ConstructorParameters<typeof SimulationSession>[1]): SimulationSession {
    const ports: SimulationPorts = {
      drafts: () => this.drafts,
      choices: (kind) => (kind === 'ledger' ? this.records.map((id) => ({ id, label: id })) : []),
      simulate: (question) => {
        this.asked.push(question);
        return this.answer(question);
      },
      impact: (question) => {
        this.compared.push(question);
        return new Promise((resolve) => this.waiting.push(resolve));
      },
      cancel: (run) => {
        this.cancelled.push(run);
        return Promise.resolve();
      },
      newRun: () => `run-${this.compared.length}`,
      onChange: () => {
        this.changes += 1;
      },
      restMs: 0,
    };
    return new SimulationSession(ports, choice);
  }
}

describe('session of a simulation panel', () => {
  it('simulates the newest record by the open policy when nothing was chosen', async () => {
    const bench = new Bench();
    const session = bench.session();
    await session.choose({});
    assert.equal(bench.asked[0]?.subject, '7');
    assert.equal(bench.asked[0].draft.text, 'version: 1');
    assert.deepEqual(session.panel.simulation, DENIED);
  });

  it('stays with the record in view when newer ones come', async () => {
    const bench = new Bench();
    const session = bench.session();
    await session.choose({});
    bench.records = ['9', '7', '3'];
    await session.choose({});
    assert.equal(session.panel.subject, '7');
    assert.equal(bench.asked.length, 1);
  });

  it('keeps a record that is older than those that are listed', async () => {
    const bench = new Bench();
    const session = bench.session({ kind: 'ledger', subject: '1' });
    await session.choose({});
    assert.equal(bench.asked[0]?.subject, '1');
    assert.ok(session.panel.choices.some(({ id }) => id === '1'));
  });

  it('asks again when the draft is edited, and not when nothing changed', async () => {
    const bench = new Bench();
    const session = bench.session();
    await session.choose({});
    await session.choose({});
    bench.drafts = [{ ...DRAFT, text: 'version: 1\npreset: none', isDirty: true }];
    await session.choose({});
    assert.equal(bench.asked.length, 2);
    assert.equal(session.panel.draft?.isDirty, true);
  });

  it('shows the answer to the last question, also when an earlier one answers later', async () => {
    const bench = new Bench();
    const answers: ((simulation: PanelSimulation) => void)[] = [];
    bench.answer = () => new Promise((resolve) => answers.push(resolve));
    const session = bench.session();
    const first = session.choose({ subject: '7' });
    const second = session.choose({ subject: '3' });
    answers[1]?.({ ...DENIED, decision: 'allow' });
    answers[0]?.(DENIED);
    await Promise.all([first, second]);
    assert.deepEqual(session.panel.simulation, { ...DENIED, decision: 'allow' });
  });

  it('says what failed, and asks again the next time', async () => {
    const bench = new Bench();
    bench.answer = () => Promise.reject(new Error('no host'));
    const session = bench.session();
    await session.choose({});
    assert.deepEqual(session.panel.simulation, { status: 'failed', message: 'no host' });
    bench.answer = () => Promise.resolve(DENIED);
    await session.choose({});
    assert.deepEqual(session.panel.simulation, DENIED);
  });

  it('asks nothing without a policy or without an action', async () => {
    const bench = new Bench();
    const session = bench.session();
    bench.drafts = [];
    await session.choose({});
    assert.equal(session.panel.simulation.status, 'idle');
    bench.drafts = [DRAFT];
    await session.choose({ kind: 'approval' });
    assert.equal(session.panel.simulation.status, 'idle');
    assert.deepEqual(bench.asked, []);
  });

  it('forgets what was chosen of one kind when another kind is chosen', async () => {
    const bench = new Bench();
    const session = bench.session({ kind: 'ledger', subject: '3' });
    await session.receive({ type: 'chooseKind', kind: 'action' });
    assert.equal(session.panel.subject, undefined);
    assert.equal(bench.asked[0]?.kind, 'action');
    await session.receive({ type: 'chooseKind', kind: 'ledger' });
    assert.equal(session.panel.subject, '7');
  });

  it('tells how far a comparison is, and that it is of an earlier draft', async () => {
    const bench = new Bench();
    const session = bench.session();
    const running = session.receive({ type: 'runImpact' });
    bench.compared[0]?.onProgress(40, 100);
    assert.deepEqual(session.panel.impact, { status: 'running', done: 40, total: 100 });
    bench.waiting[0]?.(IMPACT);
    await running;
    assert.deepEqual(session.panel.impact, IMPACT);
    bench.drafts = [{ ...DRAFT, text: 'edited' }];
    await session.choose({});
    assert.deepEqual(session.panel.impact, { ...IMPACT, isStale: true });
  });

  it('cancels the comparison that runs, by its name, and starts no second one beside it', async () => {
    const bench = new Bench();
    const session = bench.session();
    const running = session.receive({ type: 'runImpact' });
    await session.receive({ type: 'runImpact' });
    await session.receive({ type: 'cancelImpact' });
    assert.equal(bench.compared.length, 1);
    assert.deepEqual(bench.cancelled, ['run-0']);
    bench.waiting[0]?.({ ...IMPACT, isCancelled: true });
    await running;
    assert.equal(session.panel.impact.status, 'done');
  });
});
